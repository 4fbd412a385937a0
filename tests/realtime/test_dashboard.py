"""The dashboard of sockets and streams: who is connected, what flows, and what one person's devices have of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import Session, User
from accounts.sessions import open_session
from realtime.models import Board, Command, Connection, Cursor, Entry, Epoch, Event, Node, Stream
from realtime.operators.dashboard import FAR_BEHIND, figures
from tests.dashboards import card, exported, operator, queries, said, words
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/dashboards/realtime/"
NODE = "host:1:web"
SECRET = '{"body":"The key lies under the third stone."}'
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_is_kept() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def node() -> Node:
    Epoch.objects.update_or_create(pk=1, defaults={"value": "abc"})
    return Node.objects.create(name=NODE, role="web", seen_at=timezone.now())


def socket(user: User, *, device: str = "phone", **facts: Any) -> Connection:
    known = {"protocol": "stream.v1", "client": "app 1.0", "node": NODE, "since": timezone.now(), **facts}
    return Connection.objects.create(user=user, device=device, **known)


def stream(user: User, head: int, *, acked: int | None = None, device: str = "phone", epoch: str = "abc") -> None:
    """With an event for each offset."""
    Stream.objects.create(user_id=user.pk, head=head)
    for offset in range(1, min(head, 3) + 1):
        Entry.objects.create(user_id=user.pk, offset=head - offset + 1, event=happened())
    if acked is not None:
        Cursor.objects.create(user_id=user.pk, device=device, epoch=epoch, acked=acked, seen_at=timezone.now())


def happened(name: str = "message_sent", ago: timedelta = MINUTE) -> Event:
    return Event.objects.create(name=name, kind="chat.message", key="17", shape=1, data=SECRET, at=timezone.now() - ago)


def shown(**chosen: Any) -> dict[str, Any]:
    return figures({"period": HOUR, "person": "", **chosen}, timezone.now())


def test_it_shows_who_is_connected_and_how(office):
    ada = UserFactory()
    socket(ada)
    socket(ada, device="laptop", client="web 2.0", is_foreground=False)
    socket(UserFactory(), protocol="chat.v1", client="")

    text = words(office.get(PAGE))

    for part in [
        "Open sockets 3 of 2 people",
        "In the foreground 66.6 % 2 are looked at",
        "stream.v1 2",
        "not said 1",
        f"{NODE} web 3",
    ]:
        assert part in text


def test_sockets_of_a_dead_process_are_none(node):
    socket(UserFactory())
    Node.objects.update(seen_at=timezone.now() - HOUR)

    cards = shown()["cards"]

    assert card(cards, "Open sockets").value == "0"
    assert (card(cards, "Processes").hint, card(cards, "Processes").is_alarm) == ("1 not heard of", True)


def test_charts_are_what_a_naive_count_finds():
    for ago in (0, 5, 30, 90):
        socket(UserFactory(), since=timezone.now() - ago * MINUTE)
        happened(ago=ago * MINUTE)
    happened("report_created")

    context = shown()

    assert sum(context["opened"].series[0].values) == 3
    assert sum(context["events"].series[0].values) == Event.objects.filter(at__gt=timezone.now() - HOUR).count() == 4
    assert [(bar.words, bar.count) for bar in context["names"]] == [(("message_sent",), 3), (("report_created",), 1)]
    assert len(context["events"].labels) == 30


def test_devices_are_behind_by_what_they_have_not_acknowledged():
    slow, slower, done, silent, offline, elsewhere = (UserFactory() for _ in range(6))
    for user, acked in [(slow, 8), (slower, 2), (done, 10), (silent, None), (offline, 0)]:
        stream(user, 10, acked=acked)
    stream(elsewhere, 10, acked=1, epoch="older")
    for user in (slow, slower, done, silent, elsewhere):
        socket(user)

    context = shown()

    assert [(one.socket.user, one.acked, one.head, one.count) for one in context["behind"]] == [
        (slower, 2, 10, 8),
        (slow, 8, 10, 2),
    ]
    assert card(context["cards"], "Furthest behind").value == "8"
    assert not card(context["cards"], "Furthest behind").is_alarm


def test_a_device_that_is_further_behind_than_may_be_on_the_way_is_an_alarm():
    user = UserFactory()
    stream(user, FAR_BEHIND + 1, acked=0)
    socket(user)

    assert card(shown()["cards"], "Furthest behind").is_alarm


def test_boards_that_cannot_be_shown_come_first_and_are_an_alarm():
    now = timezone.now()
    Board.objects.create(name="fine", version=3, data="{}", rendered_at=now)
    Board.objects.create(name="broken", version=4, error="{}", rendered_at=now - HOUR)

    context = shown()

    assert [board.name for board in context["boards"]] == ["broken", "fine"]
    assert (card(context["cards"], "Boards").value, card(context["cards"], "Boards").is_alarm) == ("2", True)


def test_commands_are_counted_by_how_they_ended():
    user, now = UserFactory(), timezone.now()
    for status, ago in [(200, MINUTE), (201, MINUTE), (409, MINUTE), (200, 2 * HOUR)]:
        forget_at = now - ago + 7 * DAY + HOUR
        command = Command.objects.create(user_id=user.pk, command_id=uuid7(), status=status, forget_at=forget_at)
        Command.objects.filter(pk=command.pk).update(at=now - ago)

    found = card(shown()["cards"], "Commands")

    assert (found.value, found.hint) == ("2", "carried out, 1 refused")


def test_what_is_kept_is_said(office):
    stream(UserFactory(), 10)
    Stream.objects.update(floor=4)

    text = words(office.get(PAGE))

    for part in ["Streams 1, with 6 entries", "Epoch abc", "after 30 days"]:
        assert part in text


class TestPerson:
    @pytest.fixture
    def ada(self) -> User:
        user = UserFactory(email="ada@example.org", full_name="Ada")
        stream(user, 12, acked=5)
        Cursor.objects.create(user_id=user.pk, device="tablet", epoch="older", acked=99, seen_at=timezone.now() - DAY)
        socket(user, client="app 7.0")
        return user

    @pytest.mark.parametrize("by", ["email", "pk"])
    def test_she_is_found_with_her_sockets_devices_and_events(self, office, ada, by):
        text = words(office.get(PAGE, {"person": str(getattr(ada, by))}))

        for part in [
            "offset 12, kept from 1",
            "app 7.0",
            "phone 5 0 7",
            "tablet 99 0 of another history",
            "12 message_sent chat.message",
        ]:
            assert part in text

    def test_nobody_is_said_to_be_nobody(self, office):
        assert "Nobody has “nobody@example.org”" in words(office.get(PAGE, {"person": "nobody@example.org"}))

    def test_what_events_say_is_nowhere(self, office, ada):
        assert "third stone" not in office.get(PAGE, {"person": ada.email}).text

    def test_her_sockets_are_closed_by_a_button(self, office, ada):
        open_session(ada, device="phone", is_long_lived=False, now=timezone.now())

        answer = office.post(f"{PAGE}?person={ada.pk}", {"press": "sign_out", "on": ada.pk}, follow=True)

        assert said(answer) == [f"Signed out of all apps: {ada}"]
        assert answer.request["QUERY_STRING"] == f"person={ada.pk}"
        assert list(Session.objects.live()) == []
        assert LogEntry.objects.get().get_change_message() == "Signed out of all apps"

    def test_it_takes_the_right_to_change_accounts(self, client, ada):
        client.force_login(operator("realtime.view_connection"))

        assert 'name="press"' not in client.get(PAGE, {"person": ada.email}).text
        assert client.post(PAGE, {"press": "sign_out", "on": ada.pk}).status_code == 403

    def test_an_operator_is_signed_out_by_a_superuser_alone(self, client):
        colleague = UserFactory(is_staff=True)
        open_session(colleague, device="phone", is_long_lived=False, now=timezone.now())
        client.force_login(operator("realtime.view_connection", "accounts.change_user"))

        answer = client.post(PAGE, {"press": "sign_out", "on": colleague.pk}, follow=True)

        assert said(answer) == ["Only a superuser signs an operator out."]
        assert Session.objects.live().count() == 1

    def test_who_is_gone_is_said(self, office):
        assert said(office.post(PAGE, {"press": "sign_out", "on": "nonsense"}, follow=True)) == ["Nobody has this id."]


def test_without_the_right_there_is_nothing_to_see(client):
    client.force_login(UserFactory(is_staff=True))

    assert client.get(PAGE).status_code == client.get(PAGE, {"export": "sockets"}).status_code == 403


def test_tables_are_exported(office):
    user = UserFactory()
    stream(user, 4, acked=1)
    socket(user)

    assert [row[:2] for row in exported(office, PAGE, "sockets")] == [
        ["Person", "Protocol"],
        [str(user.pk), "stream.v1"],
    ]
    assert [row[3:6] for row in exported(office, PAGE, "behind")] == [
        ["Acknowledged", "Head", "Behind"],
        ["1", "4", "3"],
    ]
    assert sum(int(row[1]) for row in exported(office, PAGE, "events")[1:]) == 3


def test_it_costs_the_same_for_much_as_for_little(office):
    def more() -> User:
        user = UserFactory()
        stream(user, 9, acked=2)
        socket(user)
        Board.objects.create(name=f"board {user.pk}")
        return user

    page = f"{PAGE}?person={more().pk}"
    few = queries(office, page)
    for number in range(5):
        more()
        Node.objects.create(name=f"host:{number}:worker", role="worker", seen_at=timezone.now())

    assert queries(office, page) == few
