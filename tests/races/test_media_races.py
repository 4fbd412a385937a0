"""A picture that is sent again in the moment in which the message that named it is deleted."""

import pytest

from tests.house import House, Street
from tests.races.test_stream_races import run_together

HANDS = "tests.chat_media_hands"


def settled(house: House, count: int):
    """Somebody with two conversations, and so many pictures that are sent in the first of them, with their messages."""
    alice, bob, carol = house.call("tests.chat_world.settle", 3)
    first, second = (house.call("tests.chat_world.open_conversation", alice, [other]) for other in (bob, carol))
    pictures = [house.call(f"{HANDS}.keep", alice) for _ in range(count)]
    messages = [house.call(f"{HANDS}.send_picture", alice, first, picture) for picture in pictures]
    return alice, second, pictures, messages


@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_what_a_message_names_is_there_and_nothing_else_stays(street: Street, engine: str):
    with street.house(engine) as house:
        alice, second, pictures, messages = settled(house, 25)
        deletes = [(f"{HANDS}.delete", [alice, message]) for message in messages]
        sends = [(f"{HANDS}.send_picture", [alice, second, picture]) for picture in pictures]
        sweeps = [(f"{HANDS}.sweep", [])] * 10
        answers = run_together(house.hands(3), [deletes, sends, sweeps])

        assert {outcome for outcome, _ in [*answers[0], *answers[2]]} == {"ok"}
        assert {result for outcome, result in answers[1] if outcome == "no"} <= {"no_such_media"}
        house.call(f"{HANDS}.sweep")
        assert (house.call(f"{HANDS}.lost"), house.call(f"{HANDS}.left_over")) == ([], [])
        if engine == "postgresql":
            assert house.call("tests.people.deadlocks") == 0


def test_without_the_lock_a_picture_that_was_sent_would_be_removed(street: Street):
    """The control: whether a message names it is seen before."""
    with street.house("postgresql") as house:
        alice, second, [picture], [message] = settled(house, 1)
        house.call(f"{HANDS}.delete", alice, message)
        again = house.call(f"{HANDS}.keep", alice)
        sends = [("time.sleep", [0.1]), (f"{HANDS}.send_picture", [alice, second, again])]
        run_together(house.hands(2), [[(f"{HANDS}.release_after_a_look", [again])], sends], threads=1)

        assert house.call(f"{HANDS}.lost") == [again]
        house.call(f"{HANDS}.sweep")
        assert len(house.call(f"{HANDS}.lost")) == 1
        assert picture not in house.call(f"{HANDS}.left_over")
