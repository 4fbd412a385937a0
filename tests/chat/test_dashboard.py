"""The dashboard of chat shows what the rows say and never what people wrote, and its buttons decide."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from chat.models import Conversation, Media, Message, MessageReport, Reach
from chat.operators import moderation as reported
from chat.operators.dashboard import figures
from chat.services import moderation
from core.clocks import DAY
from tests.dashboards import card, exported, operator, queries, said, words
from tests.factories.accounts import UserFactory
from tests.factories.chat import MediaFactory, between, send, two

pytestmark = pytest.mark.django_db

PAGE = "/admin/dashboards/chat/"
SECRET = "The key lies under the third stone."
NOTE = "He wrote where the key is."
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def nothing_is_kept() -> None:
    cache.clear()


@pytest.fixture
def moderator(client: Client) -> Client:
    """May decide on reports, and not on accounts."""
    client.force_login(operator("chat.view_messagereport", "chat.change_messagereport"))
    return client


def report(user: User, message: Message) -> MessageReport:
    return moderation.report_message(user, message.pk, reason="abuse", note=NOTE, now=timezone.now())


@pytest.fixture
def complaint() -> MessageReport:
    conversation, alice, bob = two()
    return report(bob, send(alice, conversation, SECRET))


def shown(now: datetime, days: int = 1) -> dict[str, Any]:
    return figures({"period": timedelta(days=days)}, now)


def values(chart: Any) -> list[Any]:
    return chart.series[0].values


def test_it_shows_how_messages_arrive_and_what_is_to_be_decided(office, complaint):
    Reach.objects.create(begun_at=timezone.now(), due=3, reached=2, unreachable=4)

    text = words(office.get(PAGE))

    for part in ["Open reports 1", "Reached in time 66.6 %", "Nowhere to reach them 4", "Messages 1"]:
        assert part in text
    assert f"abuse 1 {complaint.message.sender} {complaint.reporter}" in text


def test_a_quiet_day_says_so(office):
    text = words(office.get(PAGE))

    for part in ["all are decided on", "Reached in time –", "nothing waits", "Nobody was reported in this time."]:
        assert part in text


@pytest.mark.parametrize(("reached", "is_alarm"), [(998, True), (999, False)])
def test_less_than_was_promised_is_an_alarm(reached, is_alarm):
    now = timezone.now()
    Reach.objects.create(begun_at=now - HOUR / 2, due=1000, reached=reached)

    assert card(shown(now)["cards"], "Reached in time").is_alarm is is_alarm


def test_conversations_that_nobody_was_told_of_are_an_alarm():
    two()
    Conversation.objects.update(look_at=timezone.now() - HOUR)

    found = card(shown(timezone.now())["cards"], "Not told yet")

    assert (found.value, found.is_alarm, found.hint) == ("1", True, "conversations, the oldest for 1.0 h")


@pytest.mark.parametrize(("days", "parts"), [(1, 24), (7, 28), (28, 28)])
def test_charts_are_what_a_naive_count_finds(days, parts):
    now = timezone.now()
    conversation, alice, _ = two()
    for age in (0, 3, 5 * 24, 20 * 24):
        send(alice, conversation, now=now - age * HOUR)
        Reach.objects.create(begun_at=now - age * HOUR, due=1000, reached=995)
    MediaFactory(size=2048)

    context = shown(now, days)
    since = now - timedelta(days=days)

    assert sum(values(context["sent"])) == Message.objects.filter(created_at__gt=since).count()
    assert len(values(context["sent"])) == parts
    assert {one for one in values(context["missed"]) if one is not None} == {0.5}
    assert context["missed"].series[1].values == [0.1] * parts
    assert sum(values(context["conversations"])) == Conversation.objects.count()
    assert card(context["cards"], "Uploaded").hint == "pictures and files: 1"


def test_the_most_reported_are_those_of_whom_most_was_upheld():
    now = timezone.now()
    conversation, alice, bob = two()
    carol = UserFactory()
    moderation.uphold(report(bob, send(alice, conversation)), bob, now=now)
    with_carol = between(carol, bob)
    for _ in range(2):
        moderation.dismiss(report(bob, send(carol, with_carol)), alice, now=now)
    report(bob, send(carol, with_carol))

    found = reported.most_reported(now - DAY, 12)

    assert [(one.user, one.upheld, one.dismissed, one.open, one.count) for one in found] == [
        (alice, 1, 0, 0, 1),
        (carol, 0, 2, 1, 3),
    ]
    assert reported.most_reported(timezone.now(), 12) == []


@pytest.mark.parametrize(
    ("press", "done", "status", "is_gone"),
    [("dismiss", "Dismissed", "dismissed", False), ("uphold", "Message removed", "upheld", True)],
)
def test_a_report_is_decided_by_a_button(moderator, complaint, press, done, status, is_gone):
    answer = moderator.post(PAGE, {"press": press, "on": complaint.pk}, follow=True)

    assert said(answer) == [f"{done}: {complaint}"]
    complaint.refresh_from_db()
    assert (complaint.status, complaint.message.deleted_at is not None) == (status, is_gone)
    assert LogEntry.objects.get().get_change_message() == done


@pytest.mark.parametrize("key", ["", "nonsense", "4711"])
def test_what_is_gone_is_said(moderator, key):
    assert len(said(moderator.post(PAGE, {"press": "dismiss", "on": key}, follow=True))) == 1
    assert not LogEntry.objects.exists()


class TestSuspending:
    def suspend(self, client: Client, user: User) -> Any:
        return client.post(PAGE, {"press": "suspend", "on": user.pk}, follow=True)

    def test_who_was_reported_is_suspended_by_a_button(self, office, complaint):
        sender = complaint.message.sender

        answer = self.suspend(office, sender)

        assert said(answer) == [f"Suspended for reported messages: {sender}"]
        assert not User.objects.get(pk=sender.pk).is_active
        assert "Suspend<" not in answer.text

    def test_it_takes_the_right_to_change_accounts(self, moderator, complaint):
        assert "Suspend<" not in moderator.get(PAGE).text
        assert self.suspend(moderator, complaint.message.sender).status_code == 403

    def test_and_the_right_to_decide_on_reports(self, client, complaint):
        client.force_login(operator("chat.view_messagereport", "accounts.change_user"))

        assert said(self.suspend(client, complaint.message.sender)) == ["You may not do this."]

    def test_an_operator_is_suspended_by_a_superuser_alone(self, client):
        colleague = UserFactory(is_staff=True)
        client.force_login(operator("chat.view_messagereport", "chat.change_messagereport", "accounts.change_user"))

        assert said(self.suspend(client, colleague)) == ["You may not do this."]
        assert User.objects.get(pk=colleague.pk).is_active


def test_who_may_only_look_sees_no_button_and_presses_none(client, complaint):
    client.force_login(operator("chat.view_messagereport"))

    assert 'name="press"' not in client.get(PAGE).text
    assert client.post(PAGE, {"press": "uphold", "on": complaint.pk}).status_code == 403
    assert MessageReport.objects.get().status == "open"


def test_without_the_right_there_is_nothing_to_see(client):
    client.force_login(UserFactory(is_staff=True))

    assert client.get(PAGE).status_code == client.get(PAGE, {"export": "traffic"}).status_code == 403


def test_tables_are_exported_without_a_word_of_what_was_written(office, complaint):
    reports = exported(office, PAGE, "reports")
    traffic = exported(office, PAGE, "traffic")

    assert [row[0] for row in reports] == ["Report", str(complaint.pk)]
    assert (len(traffic), traffic[-1][1:3]) == (1 + 24, ["1", "1"])
    assert [word for word in (SECRET, NOTE) if word in str(reports) + office.get(PAGE).text] == []


def test_it_costs_the_same_for_much_as_for_little(office, complaint):
    few = queries(office, PAGE)
    for _ in range(5):
        conversation, alice, bob = two()
        report(bob, send(alice, conversation))
        moderation.uphold(report(alice, send(bob, conversation)), bob, now=timezone.now())
        Media.objects.create(uploader=alice, kind="file", file="chat/x.pdf", name="x.pdf", content_type="a/b", size=9)

    assert queries(office, PAGE) == few
