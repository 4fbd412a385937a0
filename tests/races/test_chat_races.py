"""Several processes in the same conversations: places stay dense, counters true, and whoever is out hears nothing."""

import random
from itertools import product

import pytest

from tests.house import House, Street
from tests.races.mixing import Mixer
from tests.races.test_stream_races import run_together

CALL = "tests.chat_verbs.call"
NAMES = ("conversation", "person")
PEOPLE = 5
GROUPS = 2
DIRECT = PEOPLE * (PEOPLE - 1) // 2
HANDS = 4

both_engines = pytest.mark.parametrize("engine", ["postgresql", "sqlite"])


def world(house: House, name: str, *arguments: object):
    return house.call(f"tests.chat_world.{name}", *arguments)


def mixed(house: House) -> Mixer:
    """The groups, two conversations of the first person's, and one without her."""
    return Mixer(house.hands(HANDS), CALL, things=[0, 1, 2, 3, GROUPS + PEOPLE], people=range(PEOPLE))


def often(verbs: list[str]) -> list[str]:
    return (verbs + ["send", "send_many", "read", "unblock", "add"] * 2) * 6


def assert_all_is_true(house: House, before: object) -> None:
    assert house.call("tests.chat_laws.breaches") == []
    assert house.call("tests.law.breaches", before) == []
    assert house.call("tests.people.gaps") == []


@both_engines
def test_the_law_holds_whatever_is_done_in_conversations(street: Street, engine: str):
    with street.house(engine) as house:
        people = world(house, "populate", PEOPLE)
        before = house.call("tests.law.remember", people)
        verbs = house.call("tests.chat_verbs.verbs")
        mixer = mixed(house)
        mixer.carry_out_until_each_has_succeeded(often(verbs), threads=4)

        assert_all_is_true(house, before)
        assert mixer.succeeded() == set(verbs)
        if engine == "postgresql":
            assert house.call("tests.people.deadlocks") == 0

        [stranger] = world(house, "settle", 1)
        world(house, "send_to_each", world(house, "open_with_each", stranger, [people[0]]), stranger)
        assert_all_is_true(house, before)
        world(house, "read_in_silence", people[0])
        assert house.call("tests.law.breaches", before) != []
        assert house.call("tests.chat_laws.breaches") != []


@pytest.mark.parametrize("times", [pytest.param(100, marks=pytest.mark.soak)])
def test_no_pair_of_verbs_deadlocks(street: Street, times: int):
    with street.house("postgresql", DATABASE_POOL="48") as house:
        people = world(house, "populate", 3)
        before = house.call("tests.law.remember", people)
        verbs = house.call("tests.chat_verbs.verbs")
        mixer = Mixer(house.hands(2), CALL, things=[0, 0, 2, 2, 2], people=range(2))
        mixer.let_all_meet(set(verbs), times, NAMES, threads=40, of_each=15)

        assert house.call("tests.people.deadlocks") == 0
        assert min(mixer.met[pair] for pair in product(verbs, verbs)) >= times
        assert_all_is_true(house, before)


# Places


@both_engines
def test_many_who_send_at_once_are_numbered_one_after_the_other(street: Street, engine: str):
    with street.house(engine) as house:
        people = world(house, "settle", 4)
        conversation = world(house, "open_conversation", people[0], people[1:])
        sends = [[("tests.chat_world.send", [user, conversation])] * 25 for user in people]
        answers = run_together(house.hands(HANDS), sends)

        assert {outcome for hand in answers for outcome, _ in hand} == {"ok"}
        assert house.call("tests.chat_laws.last_seqs") == {conversation: 100}
        assert house.call("tests.chat_laws.breaches") == []


@both_engines
def test_without_the_lock_two_would_have_one_place(street: Street, engine: str):
    """The control: the same people, by a service that looks and then writes."""
    with street.house(engine) as house:
        world(house, "drop_guard", "message", "one_message_per_place")
        people = world(house, "settle", 4)
        conversation = world(house, "open_conversation", people[0], people[1:])
        sends = [[("tests.chat_world.send_after_a_look", [user, conversation])] for user in people]
        run_together(house.hands(HANDS), sends)

        assert any("counts" in breach for breach in house.call("tests.chat_laws.breaches"))


# Who is out


@both_engines
def test_nobody_who_was_removed_or_blocked_hears_what_was_sent_afterwards(street: Street, engine: str):
    with street.house(engine) as house:
        hands = house.hands(HANDS)
        for _ in range(4):
            alice, bob, carol = world(house, "settle", 3)
            group = world(house, "open_conversation", alice, [bob, carol])
            direct = world(house, "open_conversation", alice, [bob])
            before = house.call("tests.law.remember", [alice, bob, carol])
            answers = run_together(hands, what_meets_the_end_of(alice, bob, group, direct, house), threads=8)

            assert [result for outcome, result in answers[0] if outcome == "no"] == []
            refusals = {result for hand in answers for outcome, result in hand if outcome == "no"}
            assert refusals <= {"no_such_conversation", "no_such_message", "blocked", "nobody_there"}
            for end, conversation in (("left", group), ("blocked", direct)):
                of_whom = [f"chat.participant_{end}", conversation, bob]
                assert house.call("tests.chat_laws.deeds_after", alice, *of_whom) == []
            assert_all_is_true(house, before)


def what_meets_the_end_of(alice: str, bob: str, group: str, direct: str, house: House):
    """He is removed from a group and blocked, while both write and he edits and reads."""
    edited = [world(house, "send", bob, conversation) for conversation in (group, direct)]
    ending = [("remove", [alice, group, bob]), ("block", [alice, bob])]
    sends = [("send", [user, conversation]) for conversation in (group, direct) for user in (alice, bob)] * 3
    edits = [("edit", [bob, message, f"{n}"]) for n in range(10) for message in edited]
    shares = (ending, sends, edits, sends)
    return [[(f"tests.chat_world.{name}", given) for name, given in share] for share in shares]


def test_without_the_lock_who_was_removed_would_hear_it(street: Street):
    """The control: who was there is seen before."""
    with street.house("postgresql") as house:
        people = world(house, "settle", 3)
        group = world(house, "open_conversation", people[0], people[1:])
        remove = [("tests.chat_world.remove", [people[0], group, people[1]])]
        run_together(house.hands(2), [[("tests.chat_world.send_after_a_look", [people[0], group])], remove])

        assert any("where she was not" in breach for breach in house.call("tests.chat_laws.breaches"))


@both_engines
def test_a_block_closes_what_is_opened_at_the_same_moment(street: Street, engine: str):
    """Of many pairs, one of whom blocks the other as either opens their conversation."""
    with street.house(engine) as house:
        people = world(house, "settle", 80)
        pairs = list(zip(people[::2], people[1::2], strict=True))
        opens = [("tests.chat_world.open_conversation", [one, [other]]) for one, other in pairs]
        opens_too = [("tests.chat_world.open_conversation", [other, [one]]) for one, other in pairs]
        blocks = [("tests.chat_world.block", [one, other]) for one, other in pairs]
        answers = run_together(house.hands(3), [opens, blocks, opens_too], threads=2)

        assert [result for outcome, result in answers[1] if outcome == "no"] == []
        assert {result for hand in answers for outcome, result in hand if outcome == "no"} <= {"blocked"}
        assert house.call("tests.chat_laws.breaches") == []


@both_engines
def test_who_blocks_and_unblocks_on_several_devices_ends_with_one_or_the_other(street: Street, engine: str):
    with street.house(engine) as house:
        people = world(house, "settle", 2)
        world(house, "open_conversation", people[0], people[1:])
        before = house.call("tests.law.remember", people)
        hands = house.hands(HANDS)
        calls = [[(f"tests.chat_world.{verb}", people)] * 4 for verb in ["block", "unblock"] * 2]
        for _ in range(6):
            answers = run_together(hands, calls, threads=2)
            assert [result for hand in answers for outcome, result in hand if outcome == "no"] == []
            assert_all_is_true(house, before)


@both_engines
def test_who_comes_while_another_comes_further_is_shown_how_far(street: Street, engine: str):
    with street.house(engine) as house:
        owner, member, newcomer = people = world(house, "settle", 3)
        group = world(house, "open_conversation", owner, [member], "Us")
        world(house, "send", owner, group)
        before = house.call("tests.law.remember", people)
        verbs = [("come_further_slowly", [member, group]), ("add_meanwhile", [owner, group, newcomer])]
        answers = run_together(house.hands(2), [[(f"tests.chat_world.{verb}", given)] for verb, given in verbs])

        assert [result for hand in answers for outcome, result in hand if outcome == "no"] == []
        assert_all_is_true(house, before)


# Once


@both_engines
def test_the_same_people_find_one_conversation_however_many_begin_it_at_once(street: Street, engine: str):
    with street.house(engine) as house:
        people = world(house, "settle", 3)
        opens = [
            [("tests.chat_world.open_conversation", [user, [other for other in people if other != user]])] * 5
            for user in [*people, people[0]]
        ]
        answers = run_together(house.hands(HANDS), opens)

        assert len({result for hand in answers for _, result in hand}) == 1
        assert {outcome for hand in answers for outcome, _ in hand} == {"ok"}
        assert house.call("tests.chat_laws.breaches") == []


@both_engines
def test_a_queue_that_several_devices_repeat_in_any_order_is_sent_once_and_in_order(street: Street, engine: str):
    with street.house(engine) as house:
        people = world(house, "settle", 2)
        conversation = world(house, "open_conversation", people[0], people[1:])
        ids = [house.call("tests.people.new_id") for _ in range(30)]
        repeats = [[("tests.chat_world.repeat_queue", [people[0], conversation, ids, seed])] for seed in range(HANDS)]
        answers = run_together(house.hands(HANDS), repeats)

        assert [outcome for hand in answers for outcome, _ in hand] == ["ok"] * HANDS
        assert {code for hand in answers for _, came_to in hand for code in came_to} == {"ok", "out_of_order"}
        assert house.call("tests.chat_laws.bodies_of", conversation) == ids
        assert house.call("tests.chat_laws.breaches") == []


@both_engines
def test_whoever_is_told_is_told_once_though_several_workers_look_at_the_same_time(street: Street, engine: str):
    with street.house(engine) as house:
        people = world(house, "populate", 4)
        dice = random.Random(1)
        tells = [[("tests.chat_world.tell", [])] * 6 for _ in range(3)]
        sends = [(CALL, [dice.choice(["send", "delete", "read"]), dice.randrange(2), n % 4]) for n in range(24)]
        run_together(house.hands(HANDS), [*tells, sends])
        world(house, "tell")

        assert house.call("tests.chat_laws.breaches") == []
        assert house.call("tests.chat_laws.untold") == 0
        assert house.call("tests.chat_laws.told", people) > 0
