"""The demo world's conversations, and the lines that a newcomer is shown."""

import json
import re
import shlex
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import demo as people
from chat import demo
from chat.models import Conversation, Participant

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(db: None) -> Conversation:
    people.people()
    demo.talks()
    return Conversation.objects.get(kind=Conversation.Kind.DIRECT)


def test_alice_and_bob_talk_about_a_car_once_however_often_the_world_is_made(talk):
    demo.talks()

    assert Conversation.objects.filter(kind=Conversation.Kind.DIRECT).count() == 1
    assert (talk.kind, talk.title) == ("direct", "Toyota Corolla 2018")
    assert talk.context.keys() == {"car_id", "car_title"}
    assert talk.messages.count() == len(demo.ABOUT_A_CAR)


def test_neighbours_are_a_group_of_which_nobody_has_left(talk):
    demo.talks()
    group = Conversation.objects.get(kind=Conversation.Kind.GROUP)

    assert group.title == demo.NEIGHBOURS
    assert Participant.objects.active().filter(conversation=group).count() == 4
    assert group.messages.count() == len(demo.AMONG_NEIGHBOURS)


def test_what_they_said_lies_in_the_past_in_its_order_and_the_last_is_unread(talk):
    times = list(talk.messages.order_by("seq").values_list("created_at", flat=True))
    alice, bob = (talk.participants.get(user__email=email) for email in (demo.ALICE, demo.BOB))
    last = talk.messages.count()
    talk.refresh_from_db()

    assert times == sorted(times)
    assert timedelta(seconds=30) < timezone.now() - times[-1] < timedelta(minutes=5)
    assert (talk.last_seq - bob.read_seq - bob.uncounted, talk.last_seq - alice.read_seq - alice.uncounted) == (0, 2)
    assert bob.read_seq == last


def test_the_ways_in_lead_to_both_ends_of_it(talk, client):
    lines = demo.ways_in("127.0.0.1:8000")
    tokens = dict(line.strip().split("=", 1) for line in lines if re.match("  [A-Z]+=", line))
    said, seen = (json.loads(line) for line in lines if line.startswith("  {"))
    [listing] = [line for line in lines if line.startswith("  curl")]

    assert [line.strip() for line in lines if "wscat" in line] == [
        f'wscat -c "ws://127.0.0.1:8000/api/chat/ws?token=${who}"' for who in ("BOB", "ALICE")
    ]
    assert said["conversation_id"] == seen["conversation_id"] == str(talk.pk)
    url = shlex.split(listing)[3].removeprefix("http://127.0.0.1:8000")
    answer = client.get(url, headers={"Authorization": f"Bearer {tokens['ALICE']}"})
    assert answer.status_code == 200, answer.content
    assert answer.json()[0]["id"] == str(talk.pk)
