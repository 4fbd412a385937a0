"""Commands that arrive together are committed together, and each stands or falls alone."""

from datetime import UTC, datetime, timedelta
from math import ceil
from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from realtime import batches, commands
from realtime.batches import Order
from realtime.commands import Answer
from realtime.conf import limits
from realtime.errors import CommandConflict, CommandTooOld
from realtime.models import Command
from tests.factories.accounts import UserFactory
from tests.sample import services
from tests.sample.models import Counter

pytestmark = pytest.mark.django_db

LONGEST_QUEUE = 100


@pytest.fixture
def ann():
    return UserFactory()


@pytest.fixture
def ben():
    return UserFactory()


@pytest.fixture
def counter(ann, ben):
    return services.share([ann.pk, ben.pk])


def order(user, counter, id=None, expires_at=None, **more):
    return Order(user.pk, id or uuid7(), {"counter": counter, **more}, expires_at)


def carry_out(*orders):
    return batches.carry_out("sample.tally", orders)


def told(outcome):
    """What it came to: the new total, or the code of its refusal, or the defect."""
    if isinstance(outcome, Answer):
        return outcome.body["total"] if outcome.is_ok else outcome.body["code"]
    return getattr(outcome, "code", type(outcome).__name__)


def total(counter):
    return Counter.objects.get(pk=counter).total


def kept():
    return set(Command.objects.values_list("command_id", flat=True))


def commits():
    """Of the commands that are kept, how many units wrote them."""
    return len(set(Command.objects.extra(select={"unit": "xmin::text"}).values_list("unit", flat=True)))


def issued(at):
    """An id that says it was made then."""
    return UUID(int=int(at.timestamp() * 1000) << 80 | uuid7().int & ((1 << 80) - 1))


def test_what_comes_together_is_committed_together_and_in_its_order(ann, ben, counter):
    outcomes = carry_out(*(order(user, counter, amount=n) for n, user in enumerate([ann, ben, ann, ben])))

    assert [told(outcome) for outcome in outcomes] == [0, 1, 3, 6]
    assert (len(kept()), commits()) == (4, 1)


def test_nothing_is_no_batch():
    assert carry_out() == []


def test_each_stands_alone(ann, ben, counter):
    stranger = UserFactory()
    outcomes = carry_out(order(ann, counter), order(stranger, counter), order(ben, counter))

    assert [told(outcome) for outcome in outcomes] == [1, "not_a_member", 2]
    assert (len(kept()), commits()) == (3, 1)


def test_one_that_is_repeated_gets_its_first_answer(ann, ben, counter):
    orders = [order(ann, counter), order(UserFactory(), counter), order(ben, counter)]
    first = carry_out(*orders)
    services.join(counter, orders[1].user_id)
    again = carry_out(*orders, order(ben, counter))

    assert [(told(outcome), outcome.is_replay) for outcome in again] == [
        (1, True),
        ("not_a_member", True),
        (2, True),
        (3, False),
    ]
    assert [outcome.is_replay for outcome in first] == [False] * 3
    assert total(counter) == 3


def test_one_that_is_in_it_twice_is_carried_out_once(ann, ben, counter):
    id = uuid7()
    outcomes = carry_out(order(ann, counter, id), order(ben, counter), order(ann, counter, id), order(ann, counter, id))

    assert [(told(outcome), outcome.is_replay) for outcome in outcomes] == [
        (1, False),
        (2, False),
        (1, True),
        (1, True),
    ]
    assert total(counter) == 2


def test_two_people_may_use_one_id(ann, ben, counter):
    id = uuid7()

    assert [told(outcome) for outcome in carry_out(order(ann, counter, id), order(ben, counter, id))] == [1, 2]


def test_an_id_that_stands_for_something_else_is_a_conflict_before_and_within(ann, ben, counter):
    before, within = uuid7(), uuid7()
    carry_out(order(ann, counter, before), order(ben, counter))
    outcomes = carry_out(
        order(ann, counter, before, amount=7),
        order(ann, counter, within),
        order(ann, counter, within, amount=7),
        order(ann, counter, before),
    )

    assert [told(outcome) for outcome in outcomes] == ["conflict", 3, "conflict", 1]
    assert isinstance(outcomes[0], CommandConflict)
    assert total(counter) == 3


def test_a_single_command_is_known_to_a_batch_and_the_other_way_round(ann, ben, counter):
    alone, in_batch = order(ann, counter), order(ann, counter)
    commands.run(ann.pk, alone.command_id, "sample.tally", alone.data)
    carry_out(in_batch, order(ben, counter))

    assert [outcome.is_replay for outcome in carry_out(alone, in_batch)] == [True, True]
    assert commands.run(ann.pk, in_batch.command_id, "sample.tally", in_batch.data).is_replay
    assert total(counter) == 3


def test_one_may_say_until_when_it_is_wanted(ann, ben, counter, now):
    late = order(ann, counter, expires_at=now - timedelta(seconds=1))
    outcomes = carry_out(late, order(ben, counter, expires_at=now + timedelta(hours=1)))
    again = carry_out(late, order(ben, counter))

    assert [told(outcome) for outcome in outcomes] == ["expired", 1]
    assert [(told(outcome), outcome.is_replay) for outcome in again] == [("expired", True), (2, False)]


def test_ids_of_wrong_clocks_are_refused_and_keep_nothing(ann, ben, counter, now):
    odd = [
        order(ann, counter, issued(now - timedelta(days=limits.command_days, minutes=1))),
        order(ann, counter, uuid4()),
        order(ann, counter, issued(now + timedelta(days=2))),
    ]
    good = [order(ann, counter, issued(now - timedelta(days=limits.command_days - 1))), order(ben, counter)]
    outcomes = carry_out(odd[0], good[0], odd[1], good[1], odd[2])

    assert [told(outcome) for outcome in outcomes] == ["too_old", 1, "invalid", 2, "invalid"]
    assert isinstance(outcomes[0], CommandTooOld)
    assert kept() == {one.command_id for one in good}
    assert [told(outcome) for outcome in carry_out(*odd)] == ["too_old", "invalid", "invalid"]


def test_of_what_is_refused_for_the_moment_nothing_is_kept(ann, ben, counter):
    id = uuid7()
    later = [order(ann, counter, id, trouble="not now") for _ in range(2)]
    outcomes = carry_out(later[0], order(ben, counter), later[1])

    assert [told(outcome) for outcome in outcomes] == ["not_now", 1, "not_now"]
    assert all(outcome.is_temporary for outcome in (outcomes[0], outcomes[2]))
    assert id not in kept()
    assert [told(outcome) for outcome in carry_out(order(ann, counter, id), order(ben, counter))] == [2, 3]


@pytest.mark.parametrize("defect", [{"trouble": "defect"}, {"amount": 2**40}], ids=["of ours", "of the database's"])
def test_a_defect_in_one_leaves_the_others_as_they_would_be(ann, ben, counter, defect):
    bad, good = order(ann, counter, **defect), [order(ben, counter), order(ann, counter)]
    outcomes = carry_out(good[0], bad, order(UserFactory(), counter), good[1])

    assert [told(outcome) for outcome in outcomes][0::2] == [1, "not_a_member"]
    assert told(outcomes[3]) == total(counter) == 2
    assert isinstance(outcomes[1], Exception)
    assert bad.command_id not in kept()
    assert [outcome.is_replay for outcome in carry_out(*good)] == [True, True]


def test_a_command_that_is_alone_is_one_like_any_other(ann, counter):
    [outcome] = carry_out(order(ann, counter))
    [refused] = carry_out(order(UserFactory(), counter))
    [later] = carry_out(order(ann, counter, trouble="not now"))
    [broken] = carry_out(order(ann, counter, trouble="defect"))

    assert [told(one) for one in (outcome, refused, later, broken)] == [
        1,
        "not_a_member",
        "not_now",
        "ZeroDivisionError",
    ]
    assert (len(kept()), total(counter)) == (2, 1)


def test_what_is_kept_is_kept_as_long_as_the_id_would_be_taken(ann, ben, counter, now):
    carry_out(
        order(ann, counter, issued(now + timedelta(hours=12))), order(ben, counter, issued(now - timedelta(days=6)))
    )

    days = [(at - now) / timedelta(days=1) for at in Command.objects.order_by("pk").values_list("forget_at", flat=True)]
    assert sorted(round(one, 1) for one in days) == [7.0, 7.5]


# The offline queue


def say(name, counter, **more):
    return {"id": str(uuid7()), "name": f"sample.{name}", "data": {"counter": counter, **more}}


def post(client, queue, **more):
    return client.post("/api/commands", {"commands": queue, **more}, format="json")


def test_neighbours_of_one_name_in_a_queue_are_committed_together(ann, counter, api_of):
    queue = [say(name, counter) for name in ["tally", "tally", "add", "tally", "add", "tally", "tally", "tally"]]
    replies = post(api_of(ann), queue).json()["replies"]

    assert [reply["data"]["total"] for reply in replies] == list(range(1, 9))
    assert [reply["id"] for reply in replies] == [command["id"] for command in queue]
    assert commits() == 5


def test_a_long_queue_is_carried_out_in_lots(ann, counter, api_of):
    queue = [say("tally", counter) for _ in range(LONGEST_QUEUE)]
    replies = post(api_of(ann), queue).json()["replies"]

    assert replies[-1]["data"] == {"total": LONGEST_QUEUE}
    assert commits() == ceil(LONGEST_QUEUE / limits.batch)


def test_each_of_a_queue_stands_alone_and_what_is_refused_for_the_moment_may_come_again(ann, counter, api_of):
    client = api_of(ann)
    foreign = services.share([UserFactory().pk])
    queue = [
        say("tally", counter),
        say("tally", counter, trouble="not now"),
        say("tally", foreign),
        say("tally", counter),
    ]
    first, again = (post(client, queue).json()["replies"] for _ in range(2))

    assert [reply["ok"] for reply in first] == [True, False, False, True]
    assert [reply["error"]["temporary"] for reply in first if not reply["ok"]] == [True, False]
    assert [reply.get("replayed", False) for reply in again] == [True, False, True, True]
    queue[1]["data"].pop("trouble")
    assert post(client, queue[1:2]).json()["replies"][0]["data"] == {"total": 3}


def test_an_atomic_queue_is_all_or_nothing_for_batched_commands_too(ann, counter, api_of):
    client = api_of(ann)
    good, bad = say("tally", counter), say("tally", services.share([UserFactory().pk]))
    refused = post(client, [good, bad], atomic=True)
    done = post(client, [good, say("tally", counter)], atomic=True)

    assert (refused.status_code, refused.json()["details"]["place"]) == (404, 1)
    assert [reply["data"]["total"] for reply in done.json()["replies"]] == [1, 2]


def test_a_clock_that_says_nothing_is_no_reason_to_fail(ann, ben, counter):
    beyond = UUID("ffffffff-ffff-7000-8000-000000000000")

    assert [told(outcome) for outcome in carry_out(order(ann, counter, beyond), order(ben, counter))] == ["invalid", 1]
    assert datetime.now(UTC) < Command.objects.get().forget_at
