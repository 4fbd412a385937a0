"""Workers, tellers and readers at the same notices, from several processes, on both engines."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

import pytest

from tests.house import Hand, Street
from tests.outside.world import World
from tests.races.test_stream_races import run_together

HANDS = 4
LATE = 0.25  # seconds after a commit until which a call may begin that was looked at before
WORK = [("deliver_for", [1.5])]

Person = dict[str, Any]
Calls = list[tuple[str, list[Any]]]


@dataclass
class Office:
    hands: list[Hand]
    world: World
    engine: str
    subjects: Iterator[int]

    def call(self, name: str, *arguments: Any) -> Any:
        return self.hands[0].call(f"tests.outbox_world.{name}", *arguments)

    def each_does(self, *calls_of_hands: Calls, threads: int = 1) -> list[list[Any]]:
        """Each hand its calls, all from the same moment on; answers what came of them."""
        named = [[(f"tests.outbox_world.{name}", given) for name, given in calls] for calls in calls_of_hands]
        answers = run_together(self.hands[: len(named)], named, threads)
        assert [answer for hand in answers for answer in hand if answer[0] != "ok"] == []
        return [[result for _, result in hand] for hand in answers]

    def told(self, people: list[Person]) -> int:
        """Told them something new, and planned how; what it was about."""
        about = next(self.subjects)
        self.call("tell", [person["id"] for person in people], about)
        self.call("plan")
        return about

    def outcome(self, about: int) -> Counter[str]:
        """How many messages about this ended how."""
        return Counter(self.call("outcome", about))

    def shown(self) -> Counter[str]:
        """On how many screens each notice is."""
        return Counter(phone["nid"] for phone in self.world.phones() if phone["state"] == "shown")

    def begun(self, about: int) -> dict[str, float]:
        """When the call of each notice left, if it did."""
        return {call["nid"]: call["at"] for call in self.call("begun", about)}


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def opened(request: pytest.FixtureRequest, street: Street, world: World) -> Iterator[Office]:
    with street.house(request.param, **world.env, NOTIFICATIONS_SLOTS="20") as house:
        yield Office(house.hands(HANDS), world, request.param, count())
        assert house.complaints() == []


@pytest.fixture
def office(opened: Office) -> Iterator[Office]:
    opened.world.reset()
    opened.call("forget_everything")
    yield opened
    if opened.engine == "postgresql":
        assert opened.hands[0].call("tests.people.deadlocks") == 0


def test_a_job_is_claimed_by_one_process(office: Office) -> None:
    office.told(office.call("people_with_phones", 200))
    claimed = office.each_does(*[[("claim", [7])] * 20] * HANDS, threads=2)

    ids = list(chain.from_iterable(chain.from_iterable(claimed)))
    assert (len(ids), len(set(ids))) == (200, 200)


def test_without_its_condition_a_claim_would_be_shared(office: Office) -> None:
    """The control: the same crowd, by a claim that looks and then writes."""
    office.told(office.call("people_with_phones", 200))
    claimed = office.each_does(*[[("claim_carelessly", [7])] * 20] * HANDS, threads=2)

    ids = list(chain.from_iterable(chain.from_iterable(claimed)))
    assert len(ids) > len(set(ids))


def test_what_several_say_at_once_is_told_once(office: Office) -> None:
    """The same words about the same thing, to the same people in any order."""
    ids = [person["id"] for person in office.call("people_with_phones", 40)]
    subjects = [next(office.subjects) for _ in range(5)]
    shuffled = [[("tell", [random.Random(n).sample(ids, 40), about]) for about in subjects] for n in range(HANDS)]
    office.each_does(*shuffled)
    office.each_does(*[[("plan", [])] * 3] * HANDS)

    assert [office.outcome(about) for about in subjects] == [{"pending": 40}] * 5
    assert office.call("heard", ids)["notifications.notice_added"] == 200


def test_several_planners_plan_each_notice_once(office: Office) -> None:
    ids = [person["id"] for person in office.call("people_with_phones", 300, 2)]
    about = next(office.subjects)
    office.each_does(*[[("tell", [ids[n::HANDS], about]), ("plan", [])] for n in range(HANDS)])

    assert office.outcome(about) == {"pending": 600}
    assert office.call("under_way")["unplanned"] == 0


def test_what_is_withdrawn_while_it_is_sent_is_on_no_screen(office: Office) -> None:
    office.world.control("fcm", latency_ms=200)
    people = office.call("people_with_phones", 180)
    gone, kept = office.told(people[:120]), office.told(people[120:])
    [[committed], *_] = office.each_does([("withdraw", [gone, 0.3])], WORK, WORK)
    office.call("deliver")

    assert office.shown() == Counter(office.call("nids", kept))
    assert [at - committed for at in office.begun(gone).values() if at > committed + LATE] == []
    assert office.outcome(kept) == {"accepted": 60}


def test_what_is_read_while_it_is_sent_is_on_no_screen(office: Office) -> None:
    """Read from the last to the first: before the call, before its answer, before that is written down, or after."""
    office.world.control("fcm", latency_ms=200)
    people = office.call("people_with_phones", 160)
    about = office.told(people)
    reading = [[("read_all", [person["id"]]) for person in people[::-1][n::2]] for n in range(2)]
    office.each_does(*reading, WORK, WORK)
    office.call("deliver")

    outcome = office.outcome(about)
    assert office.shown() == Counter()
    assert outcome["accepted"] + outcome["skipped read"] == 160
    assert outcome["clear accepted"] == outcome["accepted"]


def test_a_phone_that_changes_hands_shows_nothing_of_its_former_owner_from_then_on(office: Office) -> None:
    """From the last phone to the first, while the first are sent to first."""
    office.world.control("fcm", latency_ms=100)
    people, strangers = office.call("people_with_phones", 120), office.call("people_with_phones", 120, 0)
    about = office.told(people)
    pairs = [(one["phones"][0], other["id"]) for one, other in zip(people, strangers, strict=True)][::-1]
    [moved, _, _] = office.each_does([("register", [other, phone]) for phone, other in pairs], WORK, WORK)
    office.call("deliver")

    committed = {phone: at for (phone, _), at in zip(pairs, moved, strict=True)}
    begun, pushes = office.begun(about), office.world.journal("fcm")
    outcome = office.outcome(about)
    assert begun.keys() == {push["nid"] for push in pushes}
    assert [push for push in pushes if begun[push["nid"]] > committed[push["address"]] + LATE] == []
    assert outcome["accepted"] + outcome["skipped no_address"] == 120


def test_an_app_that_registers_anew_is_never_taken_for_dead(office: Office) -> None:
    """Its old address dies as the new one comes: whatever the order, the new one stays."""
    people = office.call("people_with_phones", 80, 1, "slow:100:unregistered:")
    about = office.told(people)
    anew = [
        ("register", [one["id"], f"new {(old := one['phones'][0])[-32:]}", f"app of {old[-32:]}"])
        for one in people[::-1]
    ]
    office.each_does(anew, WORK, WORK)
    office.call("deliver")

    outcome = office.outcome(about)
    assert office.call("lost_addresses", [one["id"] for one in people]) == 0
    assert outcome["accepted"] + outcome["dead_address"] == 80
