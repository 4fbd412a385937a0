"""Who has no business with the fleet learns nothing of it by any door, and a guard not where an owner lives."""

import json
from io import BytesIO

import pytest
from django.contrib.admin import site
from django.urls import reverse
from pypdf import PdfReader

from core.wiring import declared
from fleet import boards
from fleet.models import Officer, Sanction, Scan, Vehicle, VehicleLog, Violation
from fleet.services.sanctions import confirm_and_sanction
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.shapes import CONFIDENTIAL
from fleet.sources import of_person
from notifications.models import Notice
from realtime.boards import open_board, readers
from realtime.errors import UnknownBoard
from realtime.kinds import encode
from realtime.models import Entry
from tests.factories.accounts import UserFactory
from tests.factories.fleet import GuardFactory, OfficerFactory, VehicleFactory
from tests.walking import Door, doors

pytestmark = pytest.mark.django_db

HIDDEN = {name: f"Hidden{name.replace('_', '')}" for name in CONFIDENTIAL}
SECRETS = {
    "owner_name": "Secretowner",
    "school_id": "Secretschool",
    "department": "Secretdept",
    "vehicle_model": "Secretmodel",
}
MARKS = [*HIDDEN.values(), *SECRETS.values(), "SECRET 1", "SECRET1", "Secretnote", "Secretguard", "Secretgate"]
SEARCH = Door("get", "api/fleet/registry/search")  # which wants to be asked for something
OUTSIDERS = {
    "anybody": UserFactory,
    "a guard no longer": lambda: GuardFactory(is_active=False).user,
    "an officer no longer": lambda: OfficerFactory(is_active=False).user,
}


@pytest.fixture(params=OUTSIDERS)
def outsider(request, db):
    return OUTSIDERS[request.param]()


@pytest.fixture
def ids(now, officer):
    """One of everything."""
    guard = GuardFactory(user__full_name="Gil Secretguard").user
    vehicle = VehicleFactory(plate_number="SECRET 1", **SECRETS, **HIDDEN)
    record_scans(of_person(guard), [Seen("1", "SECRET 1", "in", now, gate="Secretgate")], now=now)
    reported = [Reported(str(n), "SECRET 1", "Other", now, note="Secretnote") for n in range(3)]
    report_violations(of_person(guard), reported, now=now)
    first, pending, _ = Violation.objects.order_by("pk")
    sanction = confirm_and_sanction(first.pk, by=officer, now=now)
    return {"vehicle_id": vehicle.pk, "violation_id": pending.pk, "sanction_id": sanction.pk, "name": "vehicles"}


def body(ids, now):
    """Enough of everything for whatever a view asks."""
    event = {"event_id": "x", "plate": "SECRET 1", "at": now.isoformat(), "direction": "out", "type": "Other"}
    return {
        "scans": [event],
        "violations": [event],
        "plate_number": "NEW 1",
        "owner_name": "Mine",
        "violationId": str(ids["violation_id"]),
        "vehicleId": str(ids["vehicle_id"]),
        "confirmedBy": "x",
    }


def fleet_doors():
    return [door for prefix in ("api/fleet", "api/violations", "api/sanctions") for door in doors(prefix)]


def own_doors():
    """Of whoever looks, as her view, her inbox and all that is kept of her are."""
    everywhere = (door for door in doors("api/") if door.method == "get" and "<" not in door.route)
    left_out = ("api/fleet", "api/schema", "api/docs")
    return [door for door in everywhere if not door.route.startswith(left_out)]


def text_of(answer):
    if answer.get("Content-Type") == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    return answer.getvalue().decode()


def marks_in(answers, marks=MARKS):
    return {(door.route, mark) for door, answer in answers for mark in marks if mark in text_of(answer)}


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (Vehicle, Scan, VehicleLog, Violation, Sanction)]


@pytest.mark.django_db(transaction=True)  # a fresh view is read in a transaction of its own
def test_no_door_opens_to_an_outsider(outsider, ids, api_of, now):
    nothing_opens_to(outsider, ids, api_of, now)


def nothing_opens_to(outsider, ids, api_of, now):
    client, before = api_of(outsider), rows()

    answers = [(door, door.knock(client, ids, body(ids, now))) for door in fleet_doors()]
    own = [(door, door.knock(client, ids, {})) for door in own_doors()]

    assert len(answers) > 20
    assert [(door, answer.status_code) for door, answer in answers if answer.status_code != 403] == []
    assert marks_in([*answers, *own]) == set()
    assert {"api/sync", "api/auth/me/export", "api/inbox"} <= {
        d.route for d, answer in own if answer.status_code == 200
    }
    assert rows() == before


def test_nobody_is_asked_to_sign_in(ids, api, now):
    answers = [(door, door.knock(api, ids, body(ids, now))) for door in fleet_doors()]

    assert [(door, answer.status_code) for door, answer in answers if answer.status_code != 401] == []
    assert marks_in(answers) == set()


@pytest.mark.parametrize("scope", declared("SCOPES"))
def test_no_door_opens_to_a_machine_but_its_own(ids, api, make_machine, officer, now, scope):
    machine, content = make_machine(scope, owner=officer), json.dumps(body(ids, now)).encode()
    before = rows()

    answers = {
        door: machine.send(api, door.method.upper(), door.path(ids), content)
        for door in fleet_doors()
        if (door.method, door.route) != ("post", f"api/{scope.replace('.', '/')}")
    }

    assert {answer.status_code for answer in answers.values()} <= {401, 403}
    assert marks_in(answers.items()) == set()
    assert rows() == before


def test_a_door_that_stood_open_would_be_found(ids, api_of, settings):
    settings.ROOT_URLCONF = "tests.fleet.leaking"
    [leak] = doors("api/fleet/leak")
    found = marks_in([(leak, leak.knock(api_of(UserFactory()), ids, {}))])

    assert {mark for _, mark in found} == {*HIDDEN.values(), *SECRETS.values(), "SECRET 1"}


def test_no_board_stream_or_notice_is_for_an_outsider(outsider, ids):
    nothing_reaches(outsider)


def nothing_reaches(outsider):
    for name in boards.BOARDS:
        assert readers(name, [outsider.pk]) == set()
        with pytest.raises(UnknownBoard):
            open_board(outsider.pk, name)
    assert Entry.objects.filter(user_id=outsider.pk).count() == 0
    assert Notice.objects.filter(recipient=outsider).count() == 0


def test_a_board_has_no_argument_by_which_another_might_read(guard, ids):
    assert {name: readers(f"{name}:x", [guard.pk]) for name in boards.BOARDS} == {name: set() for name in boards.BOARDS}


def test_what_guards_and_officers_share_says_nothing_that_is_not_for_guards(ids):
    shown = encode({name: kind.render("") for name, kind in boards.BOARDS.items()})
    told = json.dumps(list(Notice.objects.values("title", "body", "params", "data")), default=str)

    assert [mark for mark in HIDDEN.values() if mark in shown + told] == []
    assert all(mark in shown for mark in ("SECRET 1", "Secretowner", "Secretguard"))


def test_a_guard_sees_no_address_licence_or_telephone_by_any_door(guard, officer, ids, api_of, now):
    looks = [door for door in fleet_doors() if door.method == "get"]
    posts = [door for door in fleet_doors() if door.method != "get"]

    def knocked(user, some):
        client, found = api_of(user), Door("get", "api/fleet/registry/search?q=secret")
        return [(door, door.knock(client, ids, body(ids, now))) for door in [*some, found] if door != SEARCH]

    seen = knocked(guard, looks)
    assert {answer.status_code for _, answer in seen} == {200}
    assert marks_in(seen, HIDDEN.values()) == set()
    assert marks_in(knocked(guard, [*posts, *looks]), HIDDEN.values()) == set()
    shown = marks_in(knocked(officer, looks), HIDDEN.values())  # the same look, where there is something to see
    assert {mark for _, mark in shown} == {*HIDDEN.values()}


def test_guards_and_officers_have_no_desk_in_the_admin(guard, officer, ids, client):
    for user in (guard, officer):
        client.force_login(user)
        for model in (Vehicle, Scan, VehicleLog, Violation, Sanction, Officer):
            if model in site._registry:
                page = client.get(reverse(f"admin:fleet_{model._meta.model_name}_changelist"))
                assert (page.status_code, page.url.partition("?")[0]) == (302, reverse("admin:login"))
