from itertools import product

import pytest

from chat import history, selectors
from chat.conf import limits
from chat.models import Participant
from tests.factories.chat import send, two

pytestmark = pytest.mark.django_db

LAST = 12


@pytest.fixture
def talk():
    conversation, alice, bob = two()
    for n in range(1, LAST + 1):
        send(alice, conversation, f"{n}")
    return conversation, alice, bob


def place_of(talk, since=0):
    conversation, _, bob = talk
    if since:
        Participant.objects.filter(conversation=conversation, user=bob).update(
            since_seq=since, read_seq=since, delivered_seq=since
        )
    return selectors.place_in(conversation.pk, bob.pk)


def expected(seen, limit, before=None, after=None, around=None):
    """The same by cutting a list."""
    if after is not None:
        return [seq for seq in seen if seq > after][:limit]
    if around is not None:
        start = len([seq for seq in seen if seq < around]) - limit // 2
        start = max(0, min(start, len(seen) - limit))
        return seen[start : start + limit]
    return [seq for seq in seen if seq < before][-limit:]


@pytest.mark.parametrize("since", [0, 5])
def test_a_page_is_a_part_of_what_she_sees(talk, since):
    place, seen = place_of(talk, since), list(range(since + 1, LAST + 1))

    for where, seq, limit in product(["before", "after", "around"], range(LAST + 3), [1, 4, 5, LAST + 5]):
        page = history.page(place, **{where: seq}, limit=limit)
        numbers = [message.seq for message in page.messages]
        assert numbers == expected(seen, limit, **{where: seq}), (where, seq, limit)
        if numbers:
            assert (page.has_older, page.has_newer) == (numbers[0] > seen[0], numbers[-1] < seen[-1])


def test_pages_one_after_another_are_the_whole_conversation(talk):
    place = place_of(talk)
    back, page = [], history.page(place, limit=5)
    while page.messages:
        back = [message.body for message in page.messages] + back
        page = history.page(place, before=page.messages[0].seq, limit=5)
    assert back == [f"{n}" for n in range(1, LAST + 1)]
    assert not page.has_older

    there, page = [], history.page(place, after=0, limit=5)
    while page.messages:
        there += [message.body for message in page.messages]
        page = history.page(place, after=page.messages[-1].seq, limit=5)
    assert there == back
    assert not page.has_newer


def test_a_page_by_rest(talk, api_of):
    conversation, _, bob = talk
    client, path = api_of(bob), f"/api/chat/my/conversations/{conversation.pk}/messages"

    newest = client.get(path, {"limit": 2}).data
    older = client.get(path, {"before": newest["messages"][0]["seq"], "limit": 2}).data
    around = client.get(path, {"around": 6, "limit": 3}).data

    assert [message["body"] for message in newest["messages"]] == ["11", "12"]
    assert (newest["has_older"], newest["has_newer"]) == (True, False)
    assert [message["body"] for message in older["messages"]] == ["9", "10"]
    assert [message["body"] for message in around["messages"]] == ["5", "6", "7"]


@pytest.mark.parametrize(
    "asked",
    [
        {"before": "x"}, {"after": -1}, {"around": "1.5"}, {"before": 10**400}, {"limit": 0}, {"limit": "all"},
        {"limit": limits.longest_page + 1}, {"before": 5, "after": 3},
    ],
)  # fmt: skip
def test_a_bad_page_is_refused(talk, api_of, asked):
    conversation, _, bob = talk

    assert api_of(bob).get(f"/api/chat/my/conversations/{conversation.pk}/messages", asked).status_code == 400
