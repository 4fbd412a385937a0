"""The demo world's conversations, and the lines that a newcomer is shown."""

import json
import re
import shlex
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import demo as people
from accounts.models import User
from chat import demo
from chat.models import Conversation, Message, Participant
from config import talks
from dispatch import demo as garages
from dispatch.models import Skill

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(db: None) -> Conversation:
    people.people()
    demo.talks()
    return Conversation.objects.get()


def test_alice_and_bob_talk_about_a_car_once_however_often_the_world_is_made(talk):
    demo.talks()

    assert Conversation.objects.count() == 1
    assert (talk.kind, talk.title) == ("direct", "Toyota Corolla 2018")
    assert talk.context.keys() == {"car_id", "car_title"}
    assert Message.objects.count() == len(demo.ABOUT_A_CAR)


def test_what_they_said_lies_in_the_past_in_its_order_and_the_last_is_unread(talk):
    times = list(talk.messages.order_by("seq").values_list("created_at", flat=True))
    alice, bob = (Participant.objects.get(user__email=email) for email in (demo.ALICE, demo.BOB))
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
    assert [one["id"] for one in answer.json()] == [str(talk.pk)]


def test_the_owner_and_whoever_repaired_his_car_last_talk_about_that():
    skills = {skill for garage in garages.GARAGES.values() for skill in garage.skills}
    Skill.objects.bulk_create([Skill(code=code) for code in skills], ignore_conflicts=True)
    people.people()
    garages.city()
    for _ in range(2):
        talks.history()

    talk = Conversation.objects.get()
    assert talk.context["title"] == talk.title
    assert talk.messages.count() == len(talks.ABOUT_A_REPAIR)
    assert User.objects.get(email=talks.OWNER) in {place.user for place in talk.participants.all()}


def test_without_a_repair_there_is_nothing_to_talk_about():
    talks.history()

    assert Conversation.objects.count() == 0
