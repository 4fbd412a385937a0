from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from accounts.demo import curl, token
from accounts.models import User
from core.unit import unit
from dispatch import distribution, selectors, standings
from dispatch.conf import policy_of
from dispatch.geo import Point, distance_km, rough_km
from dispatch.models import DamageReport, Estimate, EstimateRequest, Professional, Review, Skill
from dispatch.services import estimates, reports

Status = DamageReport.Status

ZONE = "America/Jamaica"
CURRENCY = "JMD"
OWNER = "owner@demo.test"
DAYS = 28

BY_DAY = [{"weekday": day, "start": "07:30", "end": "18:00"} for day in range(6)]


@dataclass(frozen=True, slots=True)
class Garage:
    name: str
    place: Point
    radius_km: int
    skills: tuple[str, ...] = ("mechanics",)
    hours: list[dict[str, object]] = field(default_factory=list)


GARAGES = {
    "pro1@demo.test": Garage("Half Way Tree Motors", Point(18.0125, -76.7975), 50, ("mechanics", "painters")),
    "pro2@demo.test": Garage("Harbour Body Works", Point(17.9712, -76.7936), 30, ("mechanics", "painters"), BY_DAY),
    "pro3@demo.test": Garage("Constant Spring Garage", Point(18.0502, -76.7958), 25),
    "pro4@demo.test": Garage("Portmore Auto Glass", Point(17.9583, -76.8822), 20, ("glass_windows",), BY_DAY),
    "pro5@demo.test": Garage("Spanish Town Repairs", Point(17.9911, -76.9574), 40, ("mechanics", "electricians")),
}
VEHICLE = {"vehicle_make": "Honda", "vehicle_model": "Civic", "vehicle_year": 2019}
VEHICLES = [("Toyota", "Corolla"), ("Honda", "Civic"), ("Nissan", "Tiida"), ("Suzuki", "Swift"), ("Mazda", "Demio")]
DAMAGES = [
    "Scratched along both doors on the left, the mirror is broken.",
    "Hit from behind at the lights: the bumper and the boot lid.",
    "A stone went through the windscreen, it is cracked all across.",
    "Slid into a ditch: the front axle makes a noise since then.",
]
OFFERS = [
    "Dents taken out, both doors painted anew.",
    "New parts from stock, fitted within the week, a year’s warranty.",
]
PRAISE = ["Quick, and as good as new.", "Fair price.", "A day late, but well done.", ""]


def city() -> None:
    """Five garages, four weeks of what they repaired, and two open reports; one has estimates to choose from."""
    now = timezone.now()
    garages = _garages()
    owner = User.objects.get(email=OWNER)
    if not DamageReport.objects.exists():
        _history(owner, garages, now)
        standings.renew(now)
    if not DamageReport.objects.pending().exists():
        _open(owner, garages, now)


def ways_in(address: str) -> list[str]:
    """From a report to the estimate that is accepted, between the owner and pro1."""
    civic = {**VEHICLE, "description": DAMAGES[0], "latitude": 18.0, "longitude": -76.8, "currency": CURRENCY}
    offer = {"report_id": "REPORT", "cost": 45_000_00, "lead_time_days": 3, "description": OFFERS[0]}
    api = f"http://{address}/api/dispatch"
    return [
        "",
        "Damage reports: the owner opens one, pro1 hears of it, sends an estimate and gets the job. REPORT and",
        "ESTIMATE stand for the ids that are answered. The tokens are good for a quarter of an hour:",
        f"  OWNER={token(OWNER)}",
        f"  PRO1={token('pro1@demo.test')}",
        f'  wscat -s stream.v1 -c "ws://{address}/ws?token=$PRO1"',
        curl("OWNER", "POST", f"{api}/reports", civic),
        curl("PRO1", "POST", f"{api}/estimates", offer),
        curl("OWNER", "POST", f"{api}/estimates/ESTIMATE/accept"),
    ]


@unit
def _garages() -> list[Professional]:
    made = []
    for email, garage in GARAGES.items():
        professional, is_new = Professional.objects.get_or_create(
            user=User.objects.get(email=email),
            defaults={
                "business_name": garage.name,
                "latitude": garage.place.latitude,
                "longitude": garage.place.longitude,
                "radius_km": garage.radius_km,
                "hours": garage.hours,
                "zone": ZONE,
                "is_approved": True,
            },
        )
        if is_new:
            professional.skills.set(garage.skills)
        made.append(professional)
    return made


def _open(owner: User, garages: list[Professional], now: datetime) -> None:
    chance = Random(now.date().toordinal())
    around_the_clock = [garage for garage in garages if not garage.hours]
    for answering in (around_the_clock[:2], []):
        report = reports.open_report(owner, **_facts(chance), skills=Skill.objects.filter(pk="mechanics"), now=now)
        distribution.go_on(report.pk, now)
        for garage in answering:
            request = selectors.request_of(garage.user, report.pk)
            estimates.submit_estimate(request, **_offer(chance), now=now)


@unit
def _history(owner: User, garages: list[Professional], now: datetime) -> None:
    chance = Random(4)
    openings = [now - timedelta(hours=12 * n + 3) for n in range(2 * DAYS - 1, 6, -1)]
    past = [Past(owner, garages, opened_at, chance) for opened_at in openings]
    DamageReport.objects.bulk_create(one.report for one in past)
    for one in past:
        one.report.created_at = one.opened_at  # creating has set it to now
    DamageReport.objects.bulk_update([one.report for one in past], ["created_at"])
    EstimateRequest.objects.bulk_create(request for one in past for request in one.requests)
    Estimate.objects.bulk_create(estimate for one in past for estimate in one.estimates)
    Review.objects.bulk_create(review for one in past for review in one.reviews)
    for garage in garages:
        stars = garage.reviews.aggregate(sum=Sum("rating", default=0), count=Count("pk"))
        Professional.objects.filter(pk=garage.pk).update(rating_sum=stars["sum"], rating_count=stars["count"])


class Past:
    """A report of former days and what became of it: mostly somebody was chosen, sometimes nobody answered."""

    def __init__(self, owner: User, garages: list[Professional], opened_at: datetime, chance: Random) -> None:
        self.opened_at, self.chance = opened_at, chance
        self.report = DamageReport(
            owner=owner,
            **_facts(chance),
            status=chance.choices([Status.COMPLETED, Status.EXPIRED], [10, 1])[0],
            generation=2,
            wave=1,
            look_at=opened_at,
            answer_by=opened_at + timedelta(hours=24),
            expires_at=opened_at + timedelta(hours=72),
            closed_at=opened_at + timedelta(hours=72),
        )
        self.report.ring = policy_of(self.report).ring
        is_answered = self.report.status == Status.COMPLETED
        answering = chance.sample(garages, chance.randrange(2, 5)) if is_answered else []
        self.estimates = [self._estimate(garage) for garage in answering]
        self.requests = [self._request(garage) for garage in garages]
        self.reviews = [self._settled()] if is_answered else []

    def _estimate(self, garage: Professional) -> Estimate:
        return Estimate(
            report=self.report,
            professional=garage,
            professional_name=garage.business_name,
            currency=CURRENCY,
            **_offer(self.chance),
            status=Estimate.Status.DECLINED,
            declined_because=Estimate.Because.RIVAL,
            generation=1,
            submitted_at=self.opened_at + timedelta(minutes=self.chance.randrange(2, 90)),
        )

    def _request(self, garage: Professional) -> EstimateRequest:
        answered_at = next((one.submitted_at for one in self.estimates if one.professional == garage), None)
        return EstimateRequest(
            report=self.report,
            professional=garage,
            status=EstimateRequest.Status.ANSWERED if answered_at else EstimateRequest.Status.CEASED,
            reason=EstimateRequest.Reason.NEAR,
            distance_km=distance_km(self.report.point, garage.point),
            rough_km=rough_km(self.report.point, seen_from=garage.point),
            wave=1,
            asked_at=self.opened_at,
            told_at=self.opened_at,
            prompt_at=self.report.answer_by,
            answered_at=answered_at,
        )

    def _settled(self) -> Review:
        winner = self.chance.choice(self.estimates)
        winner.status, winner.declined_because = Estimate.Status.ACCEPTED, ""
        last = max(estimate.submitted_at for estimate in self.estimates)
        self.report.accepted_at = last + timedelta(minutes=self.chance.randrange(5, 240))
        for estimate in self.estimates:
            estimate.decided_at = self.report.accepted_at
        rating, comment = self.chance.choices([3, 4, 5], [1, 3, 5])[0], self.chance.choice(PRAISE)
        return Review(report=self.report, professional=winner.professional, rating=rating, comment=comment)


def _facts(chance: Random) -> dict[str, Any]:
    make, model = chance.choice(VEHICLES)
    return {
        "vehicle_make": make,
        "vehicle_model": model,
        "vehicle_year": chance.randrange(2009, 2025),
        "description": chance.choice(DAMAGES),
        "priority": chance.choices(DamageReport.Priority.values, [2, 5, 2, 1])[0],
        "latitude": 18.0 + chance.uniform(-0.03, 0.03),
        "longitude": -76.8 + chance.uniform(-0.03, 0.03),
        "address": "Kingston",
        "estimated_cost": chance.randrange(20, 200) * 1000_00,
        "currency": CURRENCY,
    }


def _offer(chance: Random) -> dict[str, Any]:
    return {
        "cost": chance.randrange(20, 200) * 1000_00,
        "lead_time_days": chance.randrange(1, 10),
        "description": chance.choice(OFFERS),
    }
