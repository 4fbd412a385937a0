"""How often a property is tried: by `make soak` many times as often as by `make test`."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

QUICK, THOROUGH = "quick", "thorough"
USUALLY, TIMES = 50, 20

# A clock is no judge here: a machine with much to do is slow by turns.
settings.register_profile(QUICK, max_examples=USUALLY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(THOROUGH, settings.get_profile(QUICK), max_examples=USUALLY * TIMES)


def tries(quick: int, thorough: int = 0) -> int:
    is_thorough = settings.get_current_profile_name() == THOROUGH
    return thorough or quick * TIMES if is_thorough else quick


def live(machine: type[RuleBasedStateMachine], *, lives: int, steps: int) -> None:
    """Mark tests that do with `hypothesis`: it is not seen from outside that they try a property."""
    run_state_machine_as_test(machine, settings=settings(max_examples=lives, stateful_step_count=steps))


@contextmanager
def one_try() -> Iterator[None]:
    """What is written inside is not there at the next try. Units commit as ever."""
    with transaction.atomic():  # noqa: TID251 - not a service
        yield
        transaction.set_rollback(True)
