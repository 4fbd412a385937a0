import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from accounts.demo import curl, token
from accounts.models import User
from core.clocks import DAY, at_or_after
from core.sweeping import lots
from fleet import sources, standing
from fleet.conf import limits
from fleet.models import Officer, Vehicle, Violation
from fleet.plates import key_of
from fleet.ranges import local_date, zone
from fleet.services import registry, sanctions, violations
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported
from fleet.sources import Source

GUARD, OFFICER = "guard@demo.test", "admin@demo.test"
WEEKS = 4 * 7 * DAY
SATURDAY = 5
VEHICLES = 60
VIOLATIONS = 40
REVOKED, SUSPENDED, EXPIRED = range(3)  # whose registrations are; by their place in the list
REPEATED = [REVOKED, REVOKED, REVOKED, SUSPENDED, SUSPENDED]
STRANGER = "XYZ 9999"

DEPARTMENTS = ["CTED", "CAF-SOE", "CBA", "SCJE", "CCS", "LHS"]
FIRST_NAMES = ["Rosa", "Juan", "Maria", "Jose", "Ana", "Pedro", "Liza", "Marco", "Grace", "Ramon"]
LAST_NAMES = ["Cruz", "Santos", "Reyes", "Garcia", "Bautista", "Ramos", "Peña", "Flores"]
MODELS = {
    Vehicle.Type.TWO_WHEELED: ["Honda Click", "Yamaha Mio", "Suzuki Raider", "Honda XRM"],
    Vehicle.Type.FOUR_WHEELED: ["Toyota Vios", "Mitsubishi Mirage", "Honda City", "Toyota Hilux"],
}
COLORS = ["black", "white", "red", "blue", "silver"]
GATES = ["Main gate", "Main gate", "North gate"]


def campus() -> None:
    """Sixty vehicles, four weeks of their coming and going, and violations in all states."""
    now = timezone.now()
    guard, officer = (User.objects.get(email=email) for email in (GUARD, OFFICER))
    Officer.objects.get_or_create(pk=guard.pk, defaults={"role": Officer.Role.GUARD})
    Officer.objects.get_or_create(pk=officer.pk, defaults={"role": Officer.Role.OFFICER})
    if not Vehicle.objects.exists():
        registry.put_vehicles(dict(_vehicles(now)), now=now)
    _watch_the_gate(sources.of_person(guard), now)
    if not Violation.objects.exists():
        _report(sources.of_person(guard), officer, now)
    standing.end_what_is_over(now)


def ways_in(address: str) -> list[str]:
    """The board as its app sees it, and something to see on it."""
    now = timezone.now()
    vehicle = Vehicle.objects.order_by("status", "plate")[0]  # one that is not inside
    event = {"plate": vehicle.plate_number, "at": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
    scan = {"event_id": f"gate-{now:%H%M%S}", "direction": "in", **event}
    violation = {"event_id": f"patrol-{now:%H%M%S}", "type": Violation.Type.PARKING, **event}
    return [
        "",
        "The fleet, as its dashboard speaks: watch it in one terminal, let a vehicle in by the other. Sent again,",
        "it changes nothing. The guard's token is good for a quarter of an hour:",
        f"  GUARD={token(GUARD)}",
        f'  wscat -c "ws://{address}/ws/fleet?token={token(OFFICER, is_long_lived=True)}"',
        curl("GUARD", "POST", f"http://{address}/api/fleet/scans", {"scans": [scan]}),
        curl("GUARD", "POST", f"http://{address}/api/fleet/violations", {"violations": [violation]}),
        "  The same on the stream, where only what changed is sent, after the hello:",
        f"  {json.dumps({'type': 'subscribe', 'id': '2', 'board': 'fleet.vehicles'})}",
        f"  Whether it was a violation is decided by admin: http://{address}/admin/fleet/violation/overview/",
    ]


def _vehicles(now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    chance = Random(5)
    today = local_date(now)
    for place in range(VEHICLES):
        plate = f"{''.join(chance.choices('ABCDEFGHJKLMNP', k=3))} {1000 + 37 * place}"
        kind = chance.choices([*MODELS], [3, 2])[0]
        since = today - chance.randrange(60, 300) * DAY
        until = today - 5 * DAY if place == EXPIRED else since + limits.valid_days * DAY
        yield (
            key_of(plate),
            {
                "plate_number": plate,
                "vehicle_type": kind,
                "vehicle_model": chance.choice(MODELS[kind]),
                "vehicle_color": chance.choice(COLORS),
                "owner_name": f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}",
                "school_id": f"S-{since.year}-{1000 + place}",
                "department": DEPARTMENTS[place % len(DEPARTMENTS)],
                "year_level": chance.choice(["1st", "2nd", "3rd", "4th"]),
                "block": chance.choice("ABCD"),
                "contact": f"09{chance.randrange(10**9):09}",
                "city": "Dapitan City",
                "license_number": f"N{chance.randrange(10**8):08}",
                "registration_valid_from": since,
                "registration_valid_until": until,
            },
        )


def _watch_the_gate(source: Source, now: datetime) -> None:
    """What happened since the world was last made, too: what was told before is known again by its number."""
    plates = list(Vehicle.objects.order_by("pk").values_list("plate_number", flat=True)[:VEHICLES])
    seen = sorted((one for one in _seen(plates, now) if one.at <= now), key=lambda one: one.at)
    for lot in lots(seen, limits.batch):
        record_scans(source, lot, now=now)


def _seen(plates: Iterable[str], now: datetime) -> Iterator[Seen]:
    today = local_date(now)
    for day in (today - n * DAY for n in range(WEEKS // DAY)):
        for plate in [*plates, STRANGER]:
            yield from _day_of(plate, day)


def _day_of(plate: str, day: date) -> Iterator[Seen]:
    """The same however often it is asked for."""
    chance = Random(f"{plate} {day}")
    if chance.random() > (0.1 if day.weekday() >= SATURDAY else 0.8):
        return
    minutes = [chance.randrange(7 * 60, 10 * 60), chance.randrange(15 * 60, 19 * 60)]
    if chance.random() < 0.2:  # out at noon
        minutes[1:1] = [chance.randrange(11 * 60, 12 * 60), chance.randrange(12 * 60 + 10, 13 * 60)]
    if chance.random() < 0.08:  # nobody sees it go
        minutes.pop()
    for turn, minute in enumerate(minutes):
        at = at_or_after(day, time(minute // 60, minute % 60), zone().key)
        yield Seen(f"{key_of(plate)}-{day}-{turn}", plate, ["in", "out"][turn % 2], at, chance.choice(GATES))


def _report(source: Source, officer: User, now: datetime) -> None:
    """The oldest are all sanctioned; the rest is decided on as it comes, the newest not yet."""
    plates = list(Vehicle.objects.order_by("pk").values_list("plate_number", flat=True)[:VEHICLES])
    chance = Random(6)
    others = [chance.choice(plates[EXPIRED + 1 :]) for _ in range(VIOLATIONS - len(REPEATED))]
    moments = sorted(now - chance.random() * WEEKS for _ in range(VIOLATIONS))
    reported = [
        Reported(f"violation-{number}", plate, chance.choice(Violation.Type.values[:-1]), at)
        for number, (plate, at) in enumerate(
            zip([*(plates[place] for place in REPEATED), *others], moments, strict=True)
        )
    ]
    of_a_stranger = Reported("violation-of-a-stranger", STRANGER, Violation.Type.UNAUTHORIZED_ENTRY, now - DAY)
    violations.report_violations(source, [*reported, of_a_stranger], now=now)
    known = Violation.objects.exclude(vehicle=None).order_by("reported_at", "pk")
    for number, violation in enumerate(known):
        _decide(violation, officer, chance, is_repeated=number < len(REPEATED), now=now)


def _decide(violation: Violation, officer: User, chance: Random, *, is_repeated: bool, now: datetime) -> None:
    decided_at = violation.reported_at + timedelta(hours=chance.randrange(1, 12))
    if is_repeated:
        sanctions.confirm_and_sanction(violation.pk, by=officer, now=decided_at)
    elif decided_at < now - 5 * DAY:
        confirm, dismiss = violations.confirm_violation, violations.dismiss_violation
        decision = chance.choices([confirm, dismiss, sanctions.confirm_and_sanction], [2, 3, 4])[0]
        decision(violation.pk, by=officer, now=decided_at)
