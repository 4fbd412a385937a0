"""Who is not in a conversation, or no longer, or blocked there, reads and changes nothing of it, by no door."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from chat import commands, live, pushing, search
from chat.errors import NoSuchConversation
from chat.media import signed_url
from chat.models import Conversation, Message, Participant
from chat.services import conversations, people
from notifications.models import Notice
from realtime import selectors as streams
from realtime.selectors import Range
from tests.chat.devices import connect
from tests.chat.ear import listening
from tests.chat.hearing import folded, fresh
from tests.factories.accounts import UserFactory
from tests.factories.chat import MediaFactory, between, send
from tests.walking import doors

pytestmark = pytest.mark.django_db

synced = pytest.mark.django_db(transaction=True)  # a fresh view is read in a transaction of its own

MARKS = ["Secretname", "Secretcontext", "Secretearly", "Secretlate", "Secrettitle", "Secretfile"]
CLOSED = ("<uuid:conversation_id>", "<uuid:message_id>", "<uuid:media_id>")
OPEN_COMMANDS = {"chat.open", "chat.block", "chat.unblock"}  # which name other people only


@dataclass(frozen=True)
class Outsider:
    user: User
    conversation: Conversation
    picture: Message

    @property
    def ids(self):
        return {
            "conversation_id": self.conversation.pk,
            "message_id": self.picture.pk,
            "media_id": self.picture.media_id,
            "user_id": UserFactory().pk,
        }

    @property
    def wanted(self):
        """Enough of everything for whatever is asked."""
        somebody = str(UserFactory().pk)
        return {
            **{name: str(value) for name, value in self.ids.items()},
            "participant_ids": [somebody], "user_ids": [somebody], "body": "Mine", "title": "Mine", "seq": 1,
            "reason": "spam", "is_muted": True,
        }  # fmt: skip


@pytest.fixture
def ann():
    return UserFactory(full_name="Ann Secretname")


@pytest.fixture
def ben():
    return UserFactory(full_name="Ben")


def talk(ann, conversation):
    """Something is said, and told to who is not there."""
    send(ann, conversation, "Secretearly")
    picture = send(ann, conversation, media_id=MediaFactory(uploader=ann, name="Secretfile.jpg").pk)
    pushing.tell(timezone.now() + timedelta(seconds=60))
    return picture


@pytest.fixture
def together(ann, ben):
    rex = UserFactory(full_name="Rex")
    opened = between(ann, ben, rex, is_group=True, context={"note": "Secretcontext"})
    picture = talk(ann, opened)
    now = timezone.now()
    conversations.remove_participant(ann, opened.pk, rex.pk, now=now)
    conversations.rename(ann, opened.pk, "Secrettitle")
    send(ann, opened, "Secretlate")
    pushing.tell(now + timedelta(seconds=120))
    return {"removed": Outsider(rex, opened, picture), "foreign": Outsider(UserFactory(), opened, picture)}


@pytest.fixture
def blocked(ann):
    bob = UserFactory(full_name="Bob")
    opened = between(ann, bob, context={"note": "Secretcontext"})
    picture = talk(ann, opened)
    people.block(ann, bob.pk, now=timezone.now())
    return {"blocked": Outsider(bob, opened, picture)}


@pytest.fixture(params=["removed", "foreign", "blocked"])
def outsider(request, together, blocked):
    return {**together, **blocked}[request.param]


def own_doors():
    """Of whoever looks, as his view, his inbox and all that is kept of him are."""
    everywhere = (door for door in doors("api/") if door.method == "get" and "<" not in door.route)
    return [door for door in everywhere if door.route not in {"api/schema", "api/docs"}]


def knock_everywhere(client, outsider):
    ids, wanted = outsider.ids, outsider.wanted
    everywhere = doors("api/chat")
    looks = [door for door in everywhere if door.method == "get"]
    for door in [*looks, *own_doors(), *everywhere, *looks, *own_doors()]:
        yield door, door.knock(client, ids, wanted)


def marks_in(answers):
    return {(door.route, mark) for door, answer in answers for mark in MARKS if mark in answer.getvalue().decode()}


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (Message, Participant, Conversation)]


@synced
def test_no_door_opens_to_an_outsider(outsider, api_of):
    here = Participant.objects.filter(conversation=outsider.conversation).order_by("pk")
    before = list(here.values()), list(Message.objects.order_by("pk").values())

    answers = list(knock_everywhere(api_of(outsider.user), outsider))

    assert marks_in(answers) == set()
    closed = [(door, answer.status_code) for door, answer in answers if any(name in door.route for name in CLOSED)]
    assert len(closed) > 20
    assert [(door.route, status) for door, status in closed if status != 404] == []
    assert [door.route for door, answer in answers if answer.status_code >= 500] == []
    looked = {door.route for door, answer in answers if door.method == "get" and answer.status_code == 200}
    assert {"api/sync", "api/auth/me/export", "api/inbox", "api/notifications", "api/chat/conversations"} <= looked
    assert (list(here.values()), list(Message.objects.order_by("pk").values())) == before


@synced
def test_to_who_is_in_it_the_same_doors_are_open(together, ben, api_of):
    inside = Outsider(ben, together["removed"].conversation, together["removed"].picture)
    looks = [door for door in doors("api/chat") if door.method == "get" and "media" not in door.route]
    client = api_of(ben)

    answers = [(door, door.knock(client, inside.ids, {})) for door in [*looks, *own_doors()]]

    seen = {route for route, mark in marks_in(answers) if mark == "Secretlate"}
    assert {mark for _, mark in marks_in(answers)} == {*MARKS}
    assert {
        "api/chat/my/conversations", "api/chat/my/conversations/<uuid:conversation_id>/messages", "api/sync",
        "api/chat/conversations", "api/chat/conversations/<uuid:conversation_id>/messages",
    } <= seen  # fmt: skip


def test_a_door_that_stood_open_would_be_found(outsider, api_of, settings):
    settings.ROOT_URLCONF = "tests.chat.leaking"
    looks = [door for door in doors("api/chat/leak") if door.method == "get"]
    ids = outsider.ids

    answers = [(door, door.knock(api_of(outsider.user), ids, {})) for door in looks]

    assert {"Secretearly", "Secretfile"} <= {mark for _, mark in marks_in(answers)}


def test_what_takes_a_query_shows_nothing_either(outsider, api_of):
    client = api_of(outsider.user)
    conversation, message = str(outsider.conversation.pk), str(outsider.picture.pk)

    asked = [
        client.get("/api/chat/my/search", {"q": "secretearly"}),
        client.get("/api/chat/my/search", {"q": "secretearly", "conversation_id": conversation}),
        client.get("/api/chat/my/search", {"q": "secretearly", "before": message}),
        client.get("/api/chat/history", {"conversation_id": conversation}),
    ]

    assert [answer.status_code for answer in asked] == [200, 404, 404, 404]
    assert asked[0].data == {"messages": [], "has_older": False}


def test_no_command_of_an_outsider_does_anything(outsider, api_of):
    names = sorted(commands.COMMANDS.keys() - OPEN_COMMANDS)
    queue = [{"id": str(uuid7()), "name": name, "data": outsider.wanted} for name in names]
    before = rows()

    replies = api_of(outsider.user).post("/api/commands", {"commands": queue}).data["replies"]

    codes = {name: reply.get("error", {}).get("code") for name, reply in zip(names, replies, strict=True)}
    assert set(codes.values()) == {"no_such_conversation", "no_such_message"}, codes
    assert rows() == before


def test_no_stream_no_view_and_no_notice_shows_it(outsider, ben):
    user = outsider.user
    replayed = streams.stored_events([Range(user.pk, 0, streams.state(user.pk).head)]).get(user.pk, [])
    told = Notice.objects.filter(recipient=user, withdrawn_at=None).values("title", "body", "params", "data")

    shown = json.dumps([fresh(user), folded(user), [event.frame for event in replayed], list(told)], default=str)

    assert [mark for mark in MARKS if mark in shown] == []
    hers = json.dumps([fresh(ben), folded(ben)], default=str)  # the same look, where there is something to see
    assert [mark for mark in MARKS if mark in hers] == MARKS


def test_an_address_that_was_signed_leads_nowhere_any_more(outsider, client):
    url = signed_url(outsider.picture.media_id, outsider.user.pk, now=timezone.now(), base="http://testserver")

    assert client.get(url).status_code == 404


def test_an_outsider_is_not_heard_and_hears_nobody(outsider, ann, ben):
    everyone, said = [ann, ben, outsider.user], {"conversation_id": str(outsider.conversation.pk)}
    with listening() as ear:
        with pytest.raises(NoSuchConversation):
            live.hear_typing(outsider.user.pk, said)
        live.hear_typing(ann.pk, said)
        for user in everyone:
            connect(user)
        typed, came = (ear.signals(name, among=everyone) for name in (live.TYPING, live.PRESENCE))

    assert [listeners & {outsider.user.pk} for _, listeners in [*typed, *came]] == [set()] * len([*typed, *came])
    assert [data for data, _ in [*typed, *came] if data["user_id"] == str(outsider.user.pk)] == []


def test_the_search_itself_knows_who_sees_what(outsider, ben):
    assert search.find(outsider.user.pk, "secretearly").messages == []
    assert len(search.find(ben.pk, "secretearly").messages) == 1


def test_whoever_is_not_signed_in_is_asked_to(outsider, client):
    everywhere = [door for door in doors("api/chat") if door.route != "api/chat/media/<uuid:media_id>"]
    ids = outsider.ids

    assert {door.knock(client, ids, {}).status_code for door in everywhere} == {401}


def test_every_door_says_what_it_takes(outsider, api_of):
    ids = outsider.ids
    client = api_of(outsider.user)

    assert {client.options(path).status_code for path in {door.path(ids) for door in doors("api/chat/my")}} == {200}
