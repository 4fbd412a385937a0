"""What operators see of the fleet, what they decide, and what nobody changes by hand."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import keys
from accounts.models import User
from core.admin import UncountedPages
from fleet import auditing, sources
from fleet.models import Officer, Sanction, Scan, Tally, Vehicle, VehicleLog, Violation
from fleet.services import sanctions, violations
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported
from fleet.sources import Source
from tests.factories.accounts import UserFactory
from tests.factories.fleet import GuardFactory, VehicleFactory

pytestmark = pytest.mark.django_db

LISTS = ["vehicle", "vehiclelog", "scan", "violation", "sanction", "officer", "tally"]
BUTTONS = ["confirm", "confirm_and_sanction", "sanction", "dismiss"]
GATE = Source("key-gate")
PLATE = "ABC 123"
STRANGER = "XYZ 999"


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(UserFactory(is_staff=True, is_superuser=True, full_name="Ada Admin"))
    return client


@pytest.fixture
def onlooker(client: Client) -> Client:
    """May look at everything, and press nothing."""
    client.force_login(staff("view"))
    return client


def staff(*verbs: str) -> User:
    user = UserFactory(is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="fleet")
    user.user_permissions.set([right for right in rights if right.codename.split("_")[0] in verbs])
    return user


@pytest.fixture
def vehicle() -> Vehicle:
    return VehicleFactory(plate_number=PLATE, owner_name="Rosa Cruz", vehicle_model="Honda Click")


def report(plate: str, kind: str = "Parking Violation", by: User | None = None, ago: int = 1) -> Violation:
    """`ago` are hours."""
    now = timezone.now()
    source = sources.of_person(by) if by else GATE
    event_id = f"{plate}-{Violation.objects.count()}"
    violations.report_violations(source, [Reported(event_id, plate, kind, now - timedelta(hours=ago))], now=now)
    return Violation.objects.get(event_id=event_id)


def scan(plate: str, *directions: str, source: Source = GATE, gate: str = "Main gate") -> None:
    """An hour apart, the last a minute ago."""
    now = timezone.now()
    first = len(directions) - 1
    seen = [
        Seen(f"{plate}-{place}", plate, way, now - timedelta(hours=first - place, minutes=1), gate)
        for place, way in enumerate(directions)
    ]
    record_scans(source, seen, now=now)


@pytest.fixture
def everything(vehicle: Vehicle) -> None:
    guard = GuardFactory().user
    scan(PLATE, "in", "out", "in")
    scan(STRANGER, "in", source=sources.of_person(guard))
    report(STRANGER)
    sanctions.confirm_and_sanction(report(PLATE, by=guard).pk, by=UserFactory(), now=timezone.now())


def url(name: str, *arguments: Any) -> str:
    return reverse(f"admin:fleet_{name}", args=arguments)


def press(office: Client, action: str, *ones: Any) -> list[str]:
    name = type(ones[0])._meta.model_name
    body = {"action": action, "_selected_action": [one.pk for one in ones]}
    return said(office.post(url(f"{name}_changelist"), body, follow=True))


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))


def listed(office: Client, name: str, **query: str) -> list[Any]:
    return list(office.get(url(f"{name}_changelist"), query).context["cl"].result_list)


class TestReview:
    def test_the_page_of_a_violation_shows_what_it_is_decided_by(self, office, vehicle):
        guard = GuardFactory(user__full_name="Gary Guard").user
        record_scans(sources.of_person(guard), [Seen("1", PLATE, "in", timezone.now())], now=timezone.now())
        sanctions.confirm_and_sanction(report(PLATE, "Reckless Driving").pk, by=guard, now=timezone.now())
        violations.dismiss_violation(report(PLATE, "Speed Violation").pk, by=guard, now=timezone.now())

        text = text_of(office.get(url("violation_change", report(PLATE, by=guard).pk)))

        for words in [
            "Parking Violation",
            "Reported by Gary Guard",
            "State pending",
            "Honda Click; registration active",
            "Rosa Cruz, CCS",
            "0 others pending, 0 confirmed, 1 sanctioned, 1 dismissed",
            "By a suspension.",
            "Reckless Driving sanctioned a device",
            "warning 1 completed –",
            "Gary Guard is here",
        ]:
            assert words in text

    @pytest.mark.parametrize(
        ("button", "words", "status"),
        [
            ("confirm", "Confirmed (1).", "confirmed"),
            ("confirm_and_sanction", "Sanctioned (1).", "sanctioned"),
            ("dismiss", "Dismissed (1).", "dismissed"),
        ],
    )
    def test_a_violation_is_decided_by_a_button(self, client, vehicle, button, words, status):
        client.force_login(decider := staff("view", "change"))
        violation = report(PLATE)

        answer = client.post(url(button, violation.pk), follow=True)

        assert said(answer) == [words]
        assert answer.request["PATH_INFO"] == url("violation_change", violation.pk)
        violation.refresh_from_db()
        assert (violation.status, violation.reviewed_by) == (status, decider)
        assert LogEntry.objects.get().user == decider
        assert url(button, violation.pk) not in answer.text

    def test_what_is_confirmed_can_be_sanctioned_and_what_is_sanctioned_be_lifted(self, office, vehicle):
        violation = report(PLATE)
        violations.confirm_violation(violation.pk, by=UserFactory(), now=timezone.now())
        assert said(office.post(url("sanction", violation.pk), follow=True)) == ["Sanctioned (1)."]
        sanction = Sanction.objects.get()

        page = office.get(url("violation_change", violation.pk))
        assert url("lift", sanction.pk) in page.text
        answer = office.post(url("lift", sanction.pk), follow=True)

        assert said(answer) == ["Lifted (1)."]
        assert url("lift", sanction.pk) not in answer.text
        assert (Sanction.objects.get().status, Violation.objects.get().status) == ("lifted", "dismissed")

    def test_a_stranger_is_registered_before_the_violation_is_confirmed(self, office):
        violation = report(STRANGER)

        page = office.get(url("violation_change", violation.pk))

        assert (url("confirm", violation.pk) in page.text, url("dismiss", violation.pk) in page.text) == (False, True)
        assert f'{url("vehicle_add")}?plate_number=XYZ999"' in page.text
        assert said(office.post(url("confirm", violation.pk), follow=True)) == [
            f"{violation}: This plate is not registered. Register the vehicle first, or dismiss the violation."
        ]

    def test_of_several_that_are_sanctioned_at_once_the_first_that_happened_is_the_first_offense(self, office, vehicle):
        late, early = report(PLATE, ago=1), report(PLATE, ago=5)

        assert press(office, "confirm_and_sanction", late, early) == ["Sanctioned (2)."]

        offenses = dict(Sanction.objects.values_list("violation", "offense_number"))
        assert offenses == {early.pk: 1, late.pk: 2}

    def test_what_somebody_decided_before_is_said_and_the_others_are_done(self, office, vehicle):
        one, other = report(PLATE), report(PLATE)
        violations.confirm_violation(other.pk, by=UserFactory(), now=timezone.now())

        answer = press(office, "dismiss", one, other)

        assert sorted(answer) == ["Dismissed (1).", f"{other}: Somebody has decided on this violation already."]

    def test_the_next_of_the_queue_is_linked(self, office, vehicle):
        first, second = report(PLATE), report(PLATE)

        assert url("violation_change", second.pk) in office.get(url("violation_change", first.pk)).text
        office.post(url("dismiss", second.pk))
        assert "The next to be reviewed" not in office.get(url("violation_change", first.pk)).text

    @pytest.mark.parametrize("button", [*BUTTONS, "lift"])
    def test_buttons_work_by_post_alone_and_on_what_there_is(self, office, vehicle, button):
        unknown = "01970000-0000-7000-8000-000000000000"

        assert office.get(url(button, report(PLATE).pk)).status_code == 405
        assert office.post(url(button, unknown)).status_code == 404

    def test_a_page_costs_the_same_for_a_long_history_as_for_a_short_one(self, office, vehicle):
        violation = report(PLATE)
        report(PLATE)
        scan(PLATE, "in")

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                office.get(url("violation_change", violation.pk))
            return len(captured)

        few = queries()
        for number in range(4):
            guard = GuardFactory().user
            record_scans(
                sources.of_person(guard),
                [Seen("1", PLATE, "in", timezone.now() - timedelta(days=number + 1))],
                now=timezone.now(),
            )
            sanctions.confirm_and_sanction(report(PLATE, by=guard).pk, by=guard, now=timezone.now())

        # The names of people and of devices are one query each, and of people there was none before.
        assert queries() <= few + 1


class TestRegistry:
    FACTS = {"plate_number": " xyz-999 ", "owner_name": "Ana Reyes", "department": "CBA"}

    def form_of(self, office: Client, vehicle: Vehicle) -> dict[str, Any]:
        """As a browser would send it back."""
        page = office.get(url("vehicle_change", vehicle.pk)).context
        forms = [page["adminform"].form, *(one.formset.management_form for one in page["inline_admin_formsets"])]
        return {field.html_name: field.value() for form in forms for field in form if field.value() is not None}

    def test_a_vehicle_is_registered_by_the_form_and_its_scans_are_its_own(
        self, office, django_capture_on_commit_callbacks
    ):
        scan(STRANGER, "in")

        with django_capture_on_commit_callbacks(execute=True):
            answer = office.post(url("vehicle_add"), self.FACTS, follow=True)

        vehicle = Vehicle.objects.get()
        assert "was added successfully" in said(answer)[0]
        assert (vehicle.plate_number, vehicle.plate, vehicle.owner_name) == ("XYZ-999", "XYZ999", "Ana Reyes")
        assert vehicle.registration_valid_until is not None

    def test_what_is_revised_keeps_what_others_changed_meanwhile(self, office, vehicle):
        facts = self.form_of(office, vehicle)
        Vehicle.objects.update(registration_status="suspended", status="onsite")

        office.post(url("vehicle_change", vehicle.pk), {**facts, "department": "LHS"})

        vehicle.refresh_from_db()
        assert (vehicle.department, vehicle.status, vehicle.owner_name) == ("LHS", "onsite", "Rosa Cruz")
        assert vehicle.registration_status == "active"  # no sanction says otherwise

    def test_a_registration_that_is_prolonged_is_valid_again(self, office, vehicle):
        Vehicle.objects.update(registration_valid_until=date(2020, 1, 1), registration_status="expired")
        facts = self.form_of(office, vehicle)

        office.post(url("vehicle_change", vehicle.pk), {**facts, "registration_valid_until": "2090-01-01"})

        assert Vehicle.objects.get().registration_status == "active"

    @pytest.mark.parametrize(
        ("plate", "words"),
        [
            ("abc-123", "Another vehicle has this plate."),
            ("A?", "At least three letters or digits"),
        ],
    )
    def test_a_plate_that_will_not_do_is_said_beside_it(self, office, vehicle, plate, words):
        answer = office.post(url("vehicle_add"), {**self.FACTS, "plate_number": plate})

        assert words in answer.context["adminform"].form.errors["plate_number"][0]
        assert Vehicle.objects.count() == 1

    def test_a_plate_is_spelled_anew_and_never_another(self, office, vehicle):
        facts = self.form_of(office, vehicle)

        def change(plate: str) -> Any:
            return office.post(url("vehicle_change", vehicle.pk), {**facts, "plate_number": plate})

        assert "register that" in change("ABC 124").context["adminform"].form.errors["plate_number"][0]
        change("abc-123")
        vehicle.refresh_from_db()
        assert (vehicle.plate_number, vehicle.plate) == ("ABC-123", "ABC123")

    def test_the_page_of_a_vehicle_shows_the_newest_of_its_history(self, office, vehicle, everything):
        text = text_of(office.get(url("vehicle_change", vehicle.pk)))

        for words in ["Violations: the newest 200", "Logs: the newest 200", "Parking Violation", "Warning"]:
            assert words in text

    def test_guards_and_officers_are_appointed_and_dismissed(self, office):
        user = UserFactory()

        office.post(url("officer_add"), {"user": user.pk, "role": "officer", "is_active": "on"})
        assert list(Officer.objects.active()) == [Officer(user=user)]
        office.post(url("officer_change", user.pk), {"role": "guard"})

        assert [(one.role, one.is_active) for one in Officer.objects.all()] == [("guard", False)]


class TestLists:
    def test_a_scan_shows_who_saw_it(self, office, vehicle):
        owner = UserFactory()
        key, _ = keys.create_key(owner, name="Camera 3", scopes=["fleet.scans"], now=timezone.now())
        guard = GuardFactory(user__full_name="Gary Guard").user
        scan(PLATE, "in", source=sources.of_device(key.pk))
        scan(STRANGER, "in", source=sources.of_person(guard), gate="North gate")

        text = text_of(office.get(url("scan_changelist")))

        assert "Main gate Camera 3" in text
        assert "North gate Gary Guard" in text
        assert "Camera 3" in text_of(office.get(url("vehiclelog_changelist")))

    def test_scans_are_found_by_gate_source_and_whether_the_plate_is_known(self, office, vehicle):
        key, _ = keys.create_key(UserFactory(), name="Camera 3", scopes=["fleet.scans"], now=timezone.now())
        scan(PLATE, "in", source=sources.of_device(key.pk))
        scan(STRANGER, "in", source=sources.of_person(GuardFactory().user), gate="North gate")

        def plates(**query: str) -> list[str]:
            return [one.plate for one in listed(office, "scan", **query)]

        assert plates() == ["XYZ999", "ABC123"]
        assert plates(gate="North gate") == plates(source="people") == plates(plate_is="unknown") == ["XYZ999"]
        assert plates(source=key.pk) == plates(plate_is="registered") == ["ABC123"]
        assert plates(q="xyz 9") == ["XYZ999"]
        assert plates(q="abc-123") == ["ABC123"]
        assert plates(q="nobody") == []

    def test_logs_are_found_by_plate_department_and_who_is_here(self, office, vehicle):
        VehicleFactory(plate_number="DEF 456", department="LHS")
        scan(PLATE, "in", "out")
        scan("DEF 456", "in")

        def plates(**query: str) -> list[str]:
            return [one.vehicle.plate_number for one in listed(office, "vehiclelog", **query)]

        assert plates() == ["DEF 456", "ABC 123"]
        assert plates(q="abc") == plates(department="CCS") == plates(is_open__exact="0") == ["ABC 123"]
        assert plates(is_open__exact="1") == ["DEF 456"]

    @pytest.mark.parametrize("name", ["vehicle", "vehiclelog", "scan", "violation", "sanction"])
    def test_a_list_costs_the_same_for_many_rows_as_for_few(self, office, everything, name):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert office.get(url(f"{name}_changelist")).status_code == 200
            return len(captured)

        few = queries()
        for number in range(5):
            plate = f"MNO {number}00"
            VehicleFactory(plate_number=plate)
            guard = GuardFactory().user
            scan(plate, "in", "out", source=sources.of_person(guard))
            sanctions.confirm_and_sanction(report(plate, by=guard).pk, by=guard, now=timezone.now())

        assert queries() == few + (name == "vehiclelog")  # which shows no person before

    def test_no_list_counts_all_there_is(self, office, everything):
        """Of millions of rows, a count takes longer than the page."""
        for name in ["vehicle", "vehiclelog", "scan", "violation"]:
            with CaptureQueriesContext(connection) as captured:
                office.get(url(f"{name}_changelist"))
            counts = [one["sql"] for one in captured if "COUNT(*)" in one["sql"] and f'"fleet_{name}"' in one["sql"]]
            assert counts
            assert [sql for sql in counts if "LIMIT 10000" not in sql] == []

    def test_pages_end_where_nobody_pages_any_more(self, everything):
        assert UncountedPages(Scan.objects.order_by("pk"), 3).count == Scan.objects.count()


class TestTallies:
    def drift(self) -> None:
        Tally.objects.filter(measure="entry").update(count=7)

    def test_recent_days_are_counted_anew_by_a_button(self, office, everything):
        self.drift()

        answer = office.post(url("count_anew"), follow=True)

        assert len(said(answer)) == Tally.objects.filter(measure="entry").count()
        assert all(one.startswith("Mended: ") for one in said(answer))
        assert auditing.counted(auditing.whole()) == auditing.recount(auditing.whole())
        assert "all is as it should be." in said(office.post(url("count_anew"), follow=True))[0]

    def test_the_days_of_chosen_rows_are_counted_anew(self, office, everything):
        self.drift()

        assert press(office, "count_days_anew", *Tally.objects.all()) != []
        assert auditing.counted(auditing.whole()) == auditing.recount(auditing.whole())


class TestRights:
    @pytest.mark.parametrize("name", LISTS)
    def test_the_lists_open_and_can_be_searched(self, onlooker, everything, name):
        assert onlooker.get(url(f"{name}_changelist"), {"q": "a"}).status_code == 200

    def test_who_may_only_look_sees_no_button_and_presses_none(self, onlooker, everything):
        violation, sanction = Violation.objects.get(vehicle=None), Sanction.objects.get()
        shown = [onlooker.get(url("violation_change", one.pk)).text for one in (violation, sanction.violation)]

        assert [text for text in shown if "ops-value" in text or 'type="submit" class="button"' in text] == []
        assert {onlooker.post(url(button, violation.pk)).status_code for button in BUTTONS} == {403}
        assert onlooker.post(url("lift", sanction.pk)).status_code == 403
        assert onlooker.post(url("count_anew")).status_code == 403
        press(onlooker, "dismiss", violation)
        press(onlooker, "lift", sanction)
        assert (Violation.objects.get(vehicle=None).status, Sanction.objects.get().status) == ("pending", "completed")

    def test_staff_without_a_right_see_nothing(self, client, everything):
        client.force_login(UserFactory(is_staff=True))

        assert client.get(url("violation_change", Violation.objects.first().pk)).status_code == 403

    def test_nothing_that_follows_is_written_by_hand(self, office, everything):
        for model in (VehicleLog, Scan, Violation, Sanction, Tally):
            name, thing = model._meta.model_name, model.objects.first()
            assert office.get(url(f"{name}_change", thing.pk)).status_code == 200
            assert office.get(url(f"{name}_add")).status_code == 403
            assert office.post(url(f"{name}_change", thing.pk), {"status": "dismissed"}).status_code == 403

    def test_nothing_is_deleted_by_hand(self, office, everything):
        for model in (VehicleLog, Scan, Violation, Sanction, Tally, Vehicle, Officer):
            assert office.post(url(f"{model._meta.model_name}_delete", model.objects.first().pk)).status_code == 403


def test_days_are_those_of_the_campus(office, vehicle, settings):
    """Half past eleven in London is tomorrow in Manila."""
    settings.CAMPUS_ZONE = "Asia/Manila"
    at = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)
    record_scans(GATE, [Seen("1", PLATE, "in", at)], now=at)

    [tally] = listed(office, "tally")

    assert tally.day == date(2026, 11, 11)
