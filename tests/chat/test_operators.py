"""What operators are told of chat, and what not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import Conversation
from chat.operators import moderation as operators
from chat.operators import traffic
from chat.services import messages, moderation
from tests.factories.accounts import UserFactory
from tests.factories.chat import between, send, two

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def report(user, message, reason="abuse"):
    return moderation.report_message(user, message.pk, reason=reason, note="Look.", now=timezone.now())


def test_what_nobody_was_told_of_in_time_is_counted_and_dated():
    conversation, alice, _ = two()
    send(alice, conversation)
    now = timezone.now()
    assert traffic.backlog(now).untold == 0

    Conversation.objects.update(look_at=now - MINUTE)

    assert (traffic.backlog(now).untold, traffic.backlog(now).age(now)) == (1, 60)


def test_where_nothing_waits_nothing_is_old():
    assert (traffic.backlog(timezone.now()).untold, traffic.backlog(timezone.now()).age(timezone.now())) == (0, 0)


def test_the_queue_has_each_message_once_and_the_longest_waiting_first():
    conversation, alice, bob = two()
    carol = UserFactory()
    other = between(alice, carol)
    later, first = send(alice, other), send(alice, conversation)
    reports = [report(bob, first), report(carol, later)]
    together = between(alice, bob, carol)
    shared = send(alice, together)
    reports += [report(carol, shared), report(bob, shared)]
    done = send(bob, conversation)
    moderation.dismiss(report(alice, done), alice, now=timezone.now())

    queue = list(operators.queue())

    assert [(one.pk, one.times) for one in queue] == [(reports[0].pk, 1), (reports[1].pk, 1), (reports[2].pk, 2)]


def test_a_review_shows_what_was_said_then_what_is_there_now_and_a_little_around_it():
    conversation, alice, bob = two()
    said = [send(alice if n % 2 else bob, conversation, f"Line {n}") for n in range(1, 10)]
    message = said[4]
    found = report(bob, message)
    messages.edit_message(alice, message.pk, "I never said that.", now=timezone.now())

    review = operators.review(found)

    assert (review.report.body, review.message.body) == ("Line 5", "I never said that.")
    assert [near.seq for near in review.around] == [2, 3, 4, 5, 6, 7, 8]
    assert [one.pk for one in review.reports] == [found.pk]


def test_a_review_tells_how_often_the_one_was_reported_and_the_other_was_right():
    conversation, alice, bob = two()
    now = timezone.now()
    moderation.uphold(report(bob, send(alice, conversation)), alice, now=now)
    moderation.dismiss(report(bob, send(alice, conversation)), alice, now=now)
    last = report(bob, send(alice, conversation))

    review = operators.review(last)

    assert review.sender == review.reporter == {"open": 1, "dismissed": 1, "upheld": 1}


def test_a_message_of_another_conversation_is_never_around():
    conversation, alice, bob = two()
    elsewhere, _, _ = two()
    found = report(bob, send(alice, conversation))
    stranger = elsewhere.participants.first().user
    send(stranger, elsewhere, "Private.")

    assert [near.body for near in operators.review(found).around] == ["Hello"]
