"""What a scenario finds."""


class Failed(Exception):
    """The client broke the rule. The text says how."""


class LeftOut(Exception):
    """The client says that it lacks what the scenario is about."""


def check(holds: bool, reason: str) -> None:
    if not holds:
        raise Failed(reason)
