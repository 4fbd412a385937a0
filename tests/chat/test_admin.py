"""What operators see of conversations, how they decide on reports, and what nobody sees."""

import logging
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat.models import Block, Conversation, Media, Message, MessageReport, Reach
from chat.services import messages, moderation, people
from tests.factories.accounts import UserFactory
from tests.factories.chat import send, two

pytestmark = pytest.mark.django_db

LISTS = ["conversation", "messagereport", "block", "media", "reach"]
DASHBOARD = "/admin/dashboards/chat/"
SECRET = "The key lies under the third stone."
FILE = "letter-to-my-lawyer.pdf"


@pytest.fixture
def onlooker(client: Client) -> Client:
    """May look at everything, and press nothing."""
    client.force_login(staff("view"))
    return client


@pytest.fixture
def moderator(client: Client) -> Client:
    """May decide on reports, and not on accounts."""
    client.force_login(staff("view", "change"))
    return client


def staff(*verbs: str) -> User:
    user = UserFactory(is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="chat")
    user.user_permissions.set([right for right in rights if right.codename.split("_")[0] in verbs])
    return user


@pytest.fixture
def talk() -> tuple[Conversation, User, User]:
    return two(title="A car", context={"car_id": "17"})


@pytest.fixture
def reported(talk) -> MessageReport:
    conversation, alice, bob = talk
    send(bob, conversation, "Good morning.")
    return report(bob, send(alice, conversation, "You <b>fool</b>"))


@pytest.fixture
def everything(talk, reported) -> None:
    conversation, alice, bob = talk
    send(alice, conversation, SECRET)
    Media.objects.create(
        uploader=alice, kind="file", file="chat/x.pdf", name=FILE, content_type="application/pdf", size=9
    )
    Reach.objects.create(begun_at=timezone.now(), due=3, reached=2)
    people.block(bob, UserFactory().pk, now=timezone.now())


def report(user: User, message: Message, **more: Any) -> MessageReport:
    facts = {"reason": "abuse", "note": "He insults me.", **more}
    return moderation.report_message(user, message.pk, **facts, now=timezone.now())


def url(name: str, *arguments: Any) -> str:
    return reverse(f"admin:chat_{name}", args=arguments)


def press(office: Client, action: str, *reports: MessageReport) -> list[str]:
    body = {"action": action, "_selected_action": [one.pk for one in reports]}
    return said(office.post(url("messagereport_changelist"), body, follow=True))


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))


class TestModeration:
    def test_the_page_of_a_report_shows_what_it_is_decided_by(self, office, talk, reported):
        _, alice, bob = talk
        messages.edit_message(alice, reported.message_id, "You are right.", now=timezone.now())

        answer = office.get(url("messagereport_change", reported.pk))

        assert "You &lt;b&gt;fool&lt;/b&gt;" in answer.text
        text = text_of(answer)
        for words in [
            "The message when it was reported",
            "Now edited",
            "Good morning.",
            "You are right.",
            "He insults me.",
            f"Sent by {alice}",
            "was reported 0 times rightly, 0 times for nothing; 1 open",
            f"{bob} was right 0 times and wrong 0 times; 1 open",
        ]:
            assert words in text

    @pytest.mark.parametrize(
        ("button", "words", "status", "is_gone"),
        [("dismiss", "Dismissed (1).", "dismissed", False), ("uphold", "Message removed (1).", "upheld", True)],
    )
    def test_a_report_is_decided_by_a_button(self, moderator, reported, button, words, status, is_gone):
        answer = moderator.post(url(button, reported.pk), follow=True)

        assert said(answer) == [words]
        assert answer.request["PATH_INFO"] == url("messagereport_change", reported.pk)
        reported.refresh_from_db()
        assert (reported.status, reported.handled_by) == (status, LogEntry.objects.get().user)
        assert (reported.message.deleted_at is not None, reported.message.body == "") == (is_gone, is_gone)
        assert "Remove the message" not in answer.text

    def test_removing_settles_what_others_reported_of_it(self, moderator, reported):
        second = MessageReport.objects.create(message=reported.message, reporter=UserFactory(), reason="spam", body="")

        assert press(moderator, "uphold", reported) == ["Message removed (1)."]
        second.refresh_from_db()
        assert second.status == "upheld"

    def test_what_somebody_decided_before_is_said_and_the_others_are_done(self, moderator, reported, talk):
        conversation, alice, bob = talk
        other = report(alice, send(bob, conversation))
        moderation.dismiss(other, alice, now=timezone.now())

        answer = press(moderator, "dismiss", reported, other)

        assert sorted(answer) == ["Dismissed (1).", f"{other}: Somebody has decided on this report already."]

    def test_suspending_the_sender_signs_him_out_and_is_in_both_histories(self, office, reported):
        answer = office.post(url("suspend", reported.pk), follow=True)

        assert said(answer) == ["Suspended for a reported message (1)."]
        assert not User.objects.get(pk=reported.message.sender_id).is_active
        assert sorted(entry.get_change_message() for entry in LogEntry.objects.all()) == [
            "Sender suspended",
            "Suspended for a reported message",
        ]
        assert "Suspend the sender" not in answer.text

    @pytest.mark.parametrize("button", ["dismiss", "uphold", "suspend"])
    def test_buttons_work_by_post_alone(self, office, reported, button):
        assert office.get(url(button, reported.pk)).status_code == 405

    @pytest.mark.parametrize("button", ["dismiss", "uphold", "suspend"])
    def test_there_is_none_for_an_unknown_report(self, office, button):
        assert office.post(url(button, 4711)).status_code == 404

    def test_who_looked_at_what_others_wrote_is_in_the_log(self, onlooker, reported, caplog):
        with caplog.at_level(logging.INFO, logger="chat.admin.pages"):
            onlooker.get(url("messagereport_change", reported.pk))

        [line] = [record for record in caplog.records if record.message == "reported_message_read"]
        assert (line.report, line.by) == (reported.pk, onlooker.session["_auth_user_id"])

    def test_a_page_costs_the_same_for_many_reports_as_for_one(self, office, reported, talk):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                office.get(url("messagereport_change", reported.pk))
            return len(captured)

        few = queries()
        conversation, _, bob = talk
        for _ in range(5):
            send(bob, conversation)
            MessageReport.objects.create(message=reported.message, reporter=UserFactory(), reason="spam", body="")

        assert queries() == few


class TestPrivacy:
    def test_what_people_write_is_on_no_page_but_that_of_its_report(self, office, everything, talk):
        """Nor what their files are called. That the search of this test finds what is shown, the last page proves."""
        pages = [url(f"{name}_changelist") for name in LISTS] + [DASHBOARD]
        pages += [
            url(f"{name}_change", model.objects.first().pk)
            for name, model in {"conversation": Conversation, "media": Media, "block": Block}.items()
        ]
        shown = {page: office.get(page) for page in pages}

        assert {answer.status_code for answer in shown.values()} == {200}
        assert [page for page, answer in shown.items() if SECRET in answer.text or FILE in answer.text] == []
        assert [page for page, answer in shown.items() if "fool" in answer.text] == []
        assert SECRET in office.get(url("messagereport_change", MessageReport.objects.get().pk)).text

    def test_nothing_is_found_by_what_was_written(self, office, everything):
        for name in ("conversation", "messagereport"):
            found = office.get(url(f"{name}_changelist"), {"q": "stone"}).context["cl"].queryset
            assert list(found) == []

    def test_a_conversation_is_found_by_who_is_in_it(self, office, talk):
        conversation, alice, _ = talk
        two()

        found = office.get(url("conversation_changelist"), {"q": alice.email}).context["cl"].queryset

        assert [(one.pk, one.people) for one in found] == [(conversation.pk, 2)]

    def test_messages_have_no_page_of_their_own(self, office):
        with pytest.raises(Exception, match="not found"):
            url("message_changelist")


class TestRights:
    @pytest.mark.parametrize("name", LISTS)
    def test_the_lists_open(self, onlooker, everything, name):
        assert onlooker.get(url(f"{name}_changelist"), {"q": "a"}).status_code == 200

    def test_who_may_look_sees_the_report_and_no_button(self, onlooker, reported):
        answer = onlooker.get(url("messagereport_change", reported.pk))

        assert answer.status_code == 200
        assert [word for word in ("Dismiss<", "Remove the message", "Suspend") if word in answer.text] == []

    def test_who_may_only_look_presses_nothing(self, onlooker, reported):
        press(onlooker, "uphold", reported)

        for button in ("dismiss", "uphold", "suspend"):
            assert onlooker.post(url(button, reported.pk)).status_code == 403
        assert MessageReport.objects.get().status == "open"
        assert User.objects.get(pk=reported.message.sender_id).is_active

    def test_to_suspend_takes_the_right_to_change_accounts(self, moderator, reported):
        page = moderator.get(url("messagereport_change", reported.pk))

        assert ("Dismiss<" in page.text, "Suspend" in page.text) == (True, False)
        assert moderator.post(url("suspend", reported.pk)).status_code == 403

    def test_staff_without_a_right_see_nothing(self, client, reported):
        client.force_login(UserFactory(is_staff=True))

        assert client.get(url("messagereport_change", reported.pk)).status_code == 403

    def test_nothing_is_written_or_deleted_by_hand(self, office, everything):
        for model in (Conversation, MessageReport, Block, Media, Reach):
            name, thing = model._meta.model_name, model.objects.first()
            assert office.get(url(f"{name}_add")).status_code == 403
            assert office.post(url(f"{name}_change", thing.pk), {"status": "upheld"}).status_code == 403
            assert office.post(url(f"{name}_delete", thing.pk), {"post": "yes"}).status_code == 403
