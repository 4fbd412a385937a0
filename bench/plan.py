from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often everything is measured."""

    seconds: float = 5
    rounds: int = 5
    warm_up: float = 1


QUICK = Plan(seconds=1, rounds=2, warm_up=0.5)
