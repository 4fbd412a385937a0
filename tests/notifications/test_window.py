from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from notifications.outbox.window import FEWEST, Window


def test_it_halves_when_calls_fail_and_opens_by_one_with_each_that_succeeds() -> None:
    window = Window(100)
    window.learn(succeeded=40, failed=10)
    assert window.limit == 50
    window.learn(succeeded=30, failed=0)
    assert window.limit == 80
    window.learn(succeeded=30, failed=0)
    assert window.limit == 100


@given(st.integers(1, 50))
def test_however_often_calls_fail_something_may_still_be_tried(times: int) -> None:
    window = Window(100)
    for _ in range(times):
        window.learn(succeeded=0, failed=1)
    assert window.limit >= FEWEST


def test_when_it_has_shrunk_below_what_is_taken_nothing_is_granted() -> None:
    window = Window(10)
    assert window.take(10) == 10
    window.learn(succeeded=0, failed=1)
    window.give_back(4)
    assert window.take(3) == 0
    window.give_back(4)
    assert window.take(5) == 3


class Slots(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.window = Window(20)
        self.taken = 0

    @rule(wanted=st.integers(0, 30))
    def take(self, wanted: int) -> None:
        self.taken += self.window.take(wanted)

    @rule(share=st.floats(0, 1))
    def give_back(self, share: float) -> None:
        slots = int(self.taken * share)
        self.window.give_back(slots)
        self.taken -= slots

    @rule(succeeded=st.integers(0, 30), failed=st.integers(0, 3))
    def learn(self, succeeded: int, failed: int) -> None:
        self.window.learn(succeeded=succeeded, failed=failed)

    @invariant()
    def there_are_never_more_on_the_wire_than_slots(self) -> None:
        assert 0 <= self.taken <= 20
        assert FEWEST <= self.window.limit <= 20


TestSlots = Slots.TestCase
