"""The demo world's conversation about a repair."""

import pytest

from accounts import demo as people
from accounts.models import User
from chat.models import Conversation
from config import talks
from dispatch import demo as garages
from dispatch.models import Skill

pytestmark = pytest.mark.django_db


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
