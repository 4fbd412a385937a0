"""The offline queue of seed 000's app, as the seed writes it."""

from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.unit import unit
from dispatch import distribution, selectors, wire
from dispatch.models import DamageReport, Estimate, Photo
from dispatch.queue import MOST_ENTRIES
from dispatch.services import estimates, reports
from realtime.models import Command
from tests.dispatch.hearing import folded, fresh, heard
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import KINGSTON, ProfessionalFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_skills")]

PATH = "/api/dispatch/queue"
MADE_AT = 1_790_000_000_000

# As the app's DamageReport.toMap() and Estimate.toMap() write them.
REPORT = {
    "ownerId": "firebase-uid",
    "vehicleMake": "Honda",
    "vehicleModel": "Civic",
    "vehicleYear": 2019,
    "damageDescription": "Scratched along both doors, mirror broken.",
    "imageUrls": [],
    "estimatedCost": 1250.5,
    "additionalNotes": None,
    "status": "pending",
    "timestamp": "2026-11-20T08:00:00.000",
    "currency": "JMD",
    **KINGSTON,
}
ESTIMATE = {
    "professionalId": "firebase-uid",
    "professionalEmail": "pro@example.test",
    "cost": 25000.0,
    "leadTimeDays": 3,
    "description": "Two doors painted anew, mirror replaced.",
    "imageUrls": [],
    "status": "pending",
}


def entry(action, data, timestamp=MADE_AT, **more):
    return {"action": action, "data": data, "timestamp": timestamp, **more}


def opening(timestamp=MADE_AT, **facts):
    return entry("new_damage_report", {**REPORT, **facts}, timestamp)


@pytest.fixture
def phone(api_of):
    """Of a professional who can do what every report of the app's needs."""
    return api_of(ProfessionalFactory(skills=["mechanics"]).user)


@pytest.fixture
def asked(home, phone, now):
    """A report that came by the queue, and was handed out."""
    report = DamageReport.objects.get(pk=replay(home, opening())[0]["data"]["report_id"])
    distribution.go_on(report.pk, now + timedelta(minutes=1))
    return selectors.report(report.pk)


@contextmanager
def held(report):
    """Another process is at work on it, for longer than anybody waits."""
    is_held, may_go = Event(), Event()

    def hold():
        with unit():
            distribution.locked(report.pk)
            is_held.set()
            may_go.wait(60)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    assert is_held.wait(10)
    try:
        yield
    finally:
        may_go.set()
        holder.join()


def replay(client, *entries):
    answered = client.post(PATH, list(entries))
    assert answered.status_code == 200
    return answered.json()["replies"]


def statuses(replies):
    return [(reply["status"], reply.get("error", {}).get("code")) for reply in replies]


class TestReports:
    def test_what_the_app_calls_a_report_is_one(self, home, owner):
        [reply] = replay(home, opening())

        assert reply["status"] == 200
        told = reply["data"]
        assert (told["vehicle"], told["estimated_cost"], told["currency"]) == ("2019 Honda Civic", 1250_50, "JMD")
        assert (told["description"], told["notes"]) == (REPORT["damageDescription"], "")
        assert told["skills"] == ["mechanics"]
        assert heard(owner) == ["report_opened"]

    def test_our_own_spelling_is_taken_as_well(self, home):
        facts = {
            "vehicle_make": "Honda",
            "vehicle_model": "Civic",
            "vehicle_year": 2019,
            "description": "Scratched along both doors, mirror broken.",
            "estimated_cost": 1250.5,
            "skills": ["painters"],
            "location": {"latitude": 18.01, "longitude": -76.8, "address": "Hope Road"},
        }

        [reply] = replay(home, entry("new_damage_report", facts))

        told = reply["data"]
        assert (told["estimated_cost"], told["skills"], told["address"]) == (1250_50, ["painters"], "Hope Road")

    @pytest.mark.parametrize(
        ("currency", "cost", "minor"),
        [
            ("JMD", 19.99, 1999),
            ("jmd", "19.99", 1999),
            ("JPY", 1250, 1250),
            ("KWD", 1.234, 1234),
            ("JMD", "90071992547409.91", 2**53 - 1),
        ],
    )
    def test_amounts_are_in_major_units(self, home, currency, cost, minor):
        [reply] = replay(home, opening(currency=currency, estimatedCost=cost))

        assert reply["data"]["estimated_cost"] == minor

    @pytest.mark.parametrize(
        ("field", "value", "named"),
        [
            *(
                ("estimatedCost", cost, "estimated_cost")
                for cost in [True, "x", "NaN", 0, -5, 1.999, 1e300, 10**400, []]
            ),
            *(("currency", code, "currency") for code in ["XXX", "", 5, [], {}]),
            *(("latitude", degrees, "latitude") for degrees in ["NaN", 91, True, "Infinity", 10**400]),
            *(("vehicleYear", year, "vehicle_year") for year in [1899, "x", 10**30]),
            ("vehicleMake", "\x00", "vehicle_make"),
            ("damageDescription", "too short", "description"),
            ("categoryIds", ["unheard-of"], "skills"),
            ("imageUrls", ["https://firebasestorage.googleapis.com/v0/b/x/o/y.jpg"], "photos"),
            ("imageUrls", "x", "photos"),
            ("priority", "asap", "priority"),
        ],
    )
    def test_a_bad_field_is_named_and_nothing_is_opened(self, home, field, value, named):
        [reply] = replay(home, opening(**{field: value}))

        assert (reply["status"], reply["error"]["code"]) == (400, "invalid")
        assert list(reply["error"]["details"]) == [named]
        assert DamageReport.objects.count() == 0

    def test_where_the_vehicle_is_has_to_be_said(self, home):
        data = {key: value for key, value in REPORT.items() if key not in KINGSTON}

        [reply] = replay(home, entry("new_damage_report", data))

        assert list(reply["error"]["details"]) == ["latitude", "longitude"]

    def test_a_changed_report_is_revised(self, home, asked):
        changed = {
            **REPORT,
            "id": str(asked.pk),
            "estimatedCost": 2000,
            "damageDescription": "The window is broken, too.",
        }

        [reply] = replay(home, entry("damage_report_update", changed))

        assert (reply["status"], reply["data"]["generation"]) == (200, 2)
        assert (reply["data"]["estimated_cost"], reply["data"]["description"]) == (
            2000_00,
            "The window is broken, too.",
        )

    def test_a_report_is_completed_and_another_cancelled_by_their_status(self, home, phone, asked, now):
        [sent] = replay(phone, entry("new_estimate", {**ESTIMATE, "reportId": str(asked.pk)}))
        [other] = replay(home, opening(timestamp=MADE_AT + 1))
        estimates.accept_estimate(Estimate.objects.get(pk=sent["data"]["estimate_id"]), now=now)

        replies = replay(
            home,
            entry("damage_report_update", {"reportId": str(asked.pk), "status": "completed"}),
            entry("damage_report_update", {"id": other["data"]["report_id"], "status": "cancelled"}),
        )

        assert [reply["data"]["report_status"] for reply in replies] == ["completed", "cancelled"]

    @pytest.mark.parametrize("status", ["in_progress", "lost", 5, [], {}, ""])
    def test_a_status_that_nobody_sets_is_refused(self, home, asked, status):
        [reply] = replay(home, entry("damage_report_update", {"id": str(asked.pk), "status": status}))

        assert (reply["status"], list(reply["error"]["details"])) == (400, ["status"])

    @pytest.mark.parametrize("key", [None, "x", 5.5, [], "0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10"])
    def test_a_report_that_is_not_hers_is_not_there(self, home, key):
        [reply] = replay(home, entry("damage_report_update", {"reportId": key, "status": "cancelled"}))

        assert reply["status"] in {400, 404}


class TestEstimates:
    def test_what_the_app_calls_an_estimate_is_one(self, phone, asked):
        [reply] = replay(phone, entry("new_estimate", {**ESTIMATE, "reportId": str(asked.pk)}))

        told = reply["data"]
        assert (reply["status"], told["cost"], told["currency"]) == (200, 25_000_00, "JMD")
        assert (told["lead_time_days"], told["status"]) == (3, "pending")

    @pytest.mark.parametrize(
        ("field", "value", "named"),
        [
            *(("cost", cost, "cost") for cost in [True, "x", "Infinity", 0, -5, 1.999, 1e300, {}]),
            *(("leadTimeDays", days, "lead_time_days") for days in [0, 366, "x", 1.5]),
            ("description", "short", "description"),
            ("currency", "USD", "currency"),
        ],
    )
    def test_a_bad_field_is_named(self, phone, asked, field, value, named):
        [reply] = replay(phone, entry("new_estimate", {**ESTIMATE, "reportId": str(asked.pk), field: value}))

        assert (reply["status"], list(reply["error"]["details"])) == (400, [named])

    def test_an_owner_declines_and_accepts_and_a_professional_withdraws(self, home, phone, asked):
        key = replay(phone, entry("new_estimate", {**ESTIMATE, "reportId": str(asked.pk)}))[0]["data"]["estimate_id"]
        [withdrawn] = replay(phone, entry("estimate_update", {"id": key, "status": "withdrawn"}))
        again = entry("new_estimate", {**ESTIMATE, "jobRequestId": str(asked.pk)}, MADE_AT + 1)
        key = replay(phone, again)[0]["data"]["estimate_id"]
        [accepted] = replay(home, entry("estimate_update", {"estimateId": key, "status": "accepted"}))
        [declined] = replay(home, entry("estimate_update", {"estimateId": key, "status": "declined"}))

        assert (withdrawn["data"]["status"], accepted["data"]["status"]) == ("withdrawn", "accepted")
        assert statuses([declined]) == [(409, "estimate_accepted")]

    @pytest.mark.parametrize("status", [None, "pending", "lost", 5, [], {}])
    def test_what_an_update_does_is_said(self, home, status):
        [reply] = replay(home, entry("estimate_update", {"id": str(uuid4()), "status": status}))

        assert (reply["status"], list(reply["error"]["details"])) == (400, ["status"])

    def test_only_an_owner_accepts(self, phone, asked):
        key = replay(phone, entry("new_estimate", {**ESTIMATE, "reportId": str(asked.pk)}))[0]["data"]["estimate_id"]

        assert replay(phone, entry("estimate_update", {"id": key, "status": "accepted"}))[0]["status"] == 404

    def test_a_report_that_she_was_not_asked_for_is_not_there(self, api_of, asked):
        stranger = api_of(ProfessionalFactory().user)

        assert replay(stranger, entry("new_estimate", {**ESTIMATE, "reportId": str(asked.pk)}))[0]["status"] == 404


class TestReplaying:
    def test_a_queue_that_comes_twice_has_one_effect(self, home, owner):
        queue = [opening(), opening(timestamp=MADE_AT + 1)]

        first, again = replay(home, *queue), replay(home, *queue)

        assert [reply["data"]["report_id"] for reply in first] == [reply["data"]["report_id"] for reply in again]
        assert [reply.get("replayed") for reply in first + again] == [None, None, True, True]
        assert DamageReport.objects.count() == 2
        assert heard(owner) == ["report_opened", "report_opened"]

    def test_one_that_stands_twice_in_a_queue_has_one_effect(self, home):
        replies = replay(home, opening(), opening())

        assert replies[0]["data"] == replies[1]["data"]
        assert DamageReport.objects.count() == 1

    def test_the_same_said_at_another_time_is_another(self, home):
        replay(home, opening(), opening(timestamp=MADE_AT + 1))

        assert DamageReport.objects.count() == 2

    def test_entries_of_two_people_are_never_the_same(self, home, api_of):
        replay(home, opening())
        replay(api_of(UserFactory()), opening())

        assert DamageReport.objects.count() == 2

    def test_an_id_tells_entries_apart_that_say_the_same(self, home):
        facts = {**REPORT}

        replies = replay(home, *(entry("new_damage_report", facts, id=name) for name in ("a", "b", "a")))

        assert [reply.get("replayed") for reply in replies] == [None, None, True]
        assert DamageReport.objects.count() == 2

    def test_one_id_for_two_things_is_a_conflict(self, home):
        replies = replay(
            home,
            entry("new_damage_report", REPORT, id="a"),
            entry("new_damage_report", {**REPORT, "vehicleYear": 2020}, id="a"),
        )

        assert statuses(replies) == [(200, None), (409, "conflict")]

    def test_each_entry_stands_or_falls_alone_and_is_answered_in_order(self, home, owner):
        replies = replay(
            home,
            opening(),
            "nonsense",
            entry("unheard_of", {}),
            entry("new_damage_report", []),
            {"action": "new_damage_report", "data": REPORT},
            entry("new_damage_report", REPORT, timestamp=-1),
            entry("damage_report_update", {"id": str(uuid4()), "status": "cancelled"}),
            opening(timestamp=MADE_AT + 1),
        )

        assert [reply["status"] for reply in replies] == [200, 400, 400, 400, 400, 400, 404, 200]
        assert DamageReport.objects.count() == 2
        assert folded(owner) == fresh(owner)

    def test_a_refusal_is_final_and_says_so(self, phone, asked, now):
        sent = entry("new_estimate", {**ESTIMATE, "reportId": str(asked.pk)})
        reports.cancel_report(asked, now=now)

        first, again = replay(phone, sent), replay(phone, sent)

        assert statuses(first) == statuses(again) == [(409, "report_closed")]
        assert "temporary" not in first[0]["error"]
        assert Estimate.objects.count() == 0

    @pytest.mark.django_db(transaction=True)
    def test_what_cannot_be_done_now_is_temporary_and_sent_once_more(self, home, phone, asked):
        late = entry("new_estimate", {**ESTIMATE, "reportId": str(asked.pk)})

        with held(asked):
            replies = replay(phone, late, entry("new_estimate", {}))
        assert [(reply["status"], reply["error"].get("temporary")) for reply in replies] == [(503, True), (400, None)]
        assert Estimate.objects.count() == 0

        assert statuses(replay(phone, late)) == [(200, None)]
        assert Estimate.objects.count() == 1

    def test_one_entry_and_a_named_queue_are_taken_too(self, home):
        one = home.post(PATH, opening()).json()["replies"]
        named = home.post(PATH, {"queue": [opening(timestamp=MADE_AT + 1)]}).json()["replies"]

        assert statuses(one + named) == [(200, None), (200, None)]
        assert home.post(PATH, []).json() == {"replies": []}

    @pytest.mark.parametrize("body", ["queue", 5, {"queue": "x"}, {"queue": {}}, [{}] * (MOST_ENTRIES + 1)])
    def test_what_is_no_queue_is_refused(self, home, body):
        assert home.post(PATH, body).status_code == 400
        assert Command.objects.count() == 0

    def test_a_hundred_entries_are_a_queue(self, home):
        replies = replay(home, *(entry("estimate_update", {}, at) for at in range(MOST_ENTRIES)))

        assert [reply["status"] for reply in replies] == [400] * MOST_ENTRIES

    def test_photos_are_named_by_their_urls(self, home, owner):
        keys = [Photo.objects.create(uploader=owner, content_type="image/jpeg", width=1, height=1).pk for _ in range(3)]
        urls = [str(keys[0]), f"/api/dispatch/photos/{keys[1]}", f"https://example.test/api/dispatch/photos/{keys[2]}"]

        [reply] = replay(home, opening(imageUrls=urls))

        assert sorted(photo["id"] for photo in reply["data"]["photos"]) == sorted(map(str, keys))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = {key for names in (wire.REPORT, wire.ESTIMATE) for name, others in names.items() for key in (name, *others)}


def refused(translate, data):
    """The fields that the translation itself finds fault with; it leaves the rest to the commands."""
    try:
        translate(data)
    except Invalid as refusal:
        return set(refusal.details)
    return set()


@given(st.dictionaries(st.sampled_from(sorted({*KEYS, "location", "status"})), ANYTHING))
def test_whatever_an_app_says_is_translated_or_refused(data):
    assert refused(wire.report, data) <= {"estimated_cost", "currency"}
    assert refused(partial(wire.estimate, currency="JMD"), data) <= {"cost"}
    for translate in (wire.report_id, wire.requested_report_id, wire.estimate_id):
        assert refused(translate, data) == set()
