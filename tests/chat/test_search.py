import pytest
from django.utils import timezone

from chat import search
from chat.conf import limits
from chat.errors import NoSuchConversation, NoSuchMessage
from chat.services import conversations, messages, people
from tests.factories.accounts import UserFactory
from tests.factories.chat import between, group, send, two

pytestmark = pytest.mark.django_db


def bodies(user, text, **where):
    return [message.body for message in search.find(user.pk, text, **where).messages]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("civic", ["My Civic is red"]),
        ("CIVIC red", ["My Civic is red"]),
        ("civ", ["My Civic is red"]),
        ("my civ", ["My Civic is red"]),
        ("ivic", []),
        ("ci", []),
        ('"is red"', ["My Civic is red"]),
        ('"red is"', []),
        ("red or blue", ["The blue one", "My Civic is red"]),
        ("is -red", ["Is it yours?"]),
        ("مرآة", ["مرآة مكسورة"]),
        ("مكس", ["مرآة مكسورة"]),
        ("bob@example.test", ["Write to bob@example.test"]),
        ("50", ["It costs 50 EUR"]),
        ("absent", []),
        ("👍", []),
        ("!!!", []),
        ("' OR 1=1 --", []),
        ("a & b | c : *", []),
        ("%", []),
        ("it's", ["It's done"]),
    ],
)
def test_words_are_found_as_people_write_them(text, found):
    conversation, alice, bob = two()
    for body in [
        "My Civic is red", "Is it yours?", "The blue one", "مرآة مكسورة", "Write to bob@example.test",
        "It costs 50 EUR", "It's done", "👍",
    ]:  # fmt: skip
        send(alice, conversation, body)

    assert bodies(bob, text) == found
    assert bodies(bob, text, conversation_id=conversation.pk) == found


@pytest.mark.parametrize(
    "text",
    ["___", "a'b", "\\", "'\\", "(((", ":*", "abc:*", "!abc", "&&&", "abc <-> def", "x" * 100, "١٢٣", "ﷺ ﷺ", "or or"],
)
def test_no_text_upsets_it(text):
    _, alice, _ = two()

    assert bodies(alice, text) == []


def test_the_newest_come_first_from_all_conversations_or_one():
    alice, bob, carol = UserFactory(), UserFactory(), UserFactory()
    one, other = between(alice, bob), between(alice, carol)
    for n, talk in enumerate([one, other, one, other]):
        send(alice, talk, f"red {n}")

    assert bodies(alice, "red") == ["red 3", "red 2", "red 1", "red 0"]
    assert bodies(alice, "red", conversation_id=one.pk) == ["red 2", "red 0"]
    assert bodies(carol, "red") == ["red 3", "red 1"]


def test_only_what_she_sees_is_found():
    now = timezone.now()
    together, (owner, second, third) = group()
    send(owner, together, "secret before")
    newcomer = UserFactory()
    conversations.add_participants(owner, together.pk, [newcomer.pk], now=now)
    send(owner, together, "secret after")
    messages.delete_message(owner, send(owner, together, "secret deleted").pk, now=now)
    messages.edit_message(owner, send(owner, together, "secret edited").pk, "harmless", now=now)
    conversations.remove_participant(owner, together.pk, third.pk, now=now)
    conversation, alice, bob = two()
    send(alice, conversation, "secret of two")
    people.block(alice, bob.pk, now=now)

    assert bodies(second, "secret") == ["secret after", "secret before"]
    assert bodies(newcomer, "secret") == ["secret after"]
    assert [bodies(user, "secret") for user in (third, bob, UserFactory())] == [[], [], []]
    assert bodies(alice, "secret") == ["secret of two"]
    assert bodies(second, "-harmless") == ["secret after", "secret before"]
    with pytest.raises(NoSuchConversation):
        search.find(third.pk, "secret", together.pk)
    with pytest.raises(NoSuchMessage):
        search.find(third.pk, "secret", before=send(owner, together).pk)
    with pytest.raises(NoSuchMessage):
        search.find(alice.pk, "secret", conversation.pk, before=send(alice, between(alice, owner)).pk)


def test_what_is_found_comes_in_pages(api_of):
    conversation, alice, bob = two()
    for n in range(limits.search_results + 2):
        send(alice, conversation, f"red {n}")
    client = api_of(bob)

    first = client.get("/api/chat/my/search", {"q": "red"}).data
    last = first["messages"][-1]
    rest = client.get("/api/chat/my/search", {"q": "red", "before": last["id"]}).data

    assert (len(first["messages"]), first["has_older"]) == (limits.search_results, True)
    assert [message["body"] for message in rest["messages"]] == ["red 1", "red 0"]
    assert rest["has_older"] is False


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"q": ""},
        {"q": " "},
        {"q": "x" * 101},
        {"q": "\x00"},
        {"q": "x", "before": 5},
        {"q": "x", "conversation_id": 5},
    ],
)
def test_a_bad_search_is_refused(api_of, asked):
    assert api_of(UserFactory()).get("/api/chat/my/search", asked).status_code == 400
