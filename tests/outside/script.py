"""How an address answers is written as "quota:7", or with more behind it: "slow:300:unregistered", "flaky:2:"."""

from typing import NamedTuple


class Step(NamedTuple):
    name: str
    number: int  # 0 if there is none
    rest: str


def first_step(text: str) -> Step:
    name, _, rest = text.partition(":")
    number, _, behind = rest.partition(":")
    return Step(name, int(number), behind) if number.isdigit() else Step(name, 0, rest)
