"""Every verb of a domain against every other: carried out by hands in any order, on a few things, for a few people."""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import Any

from tests.house import Hand
from tests.races.test_stream_races import run_together

MOST_ROUNDS = 8

Call = dict[str, Any]


class Mixer:
    """`call` is what hands are asked to do: with a verb, on the nth thing and for the mth person. It answers the names
    of both, `outcome`, `began` and `ended`.
    """

    def __init__(self, hands: list[Hand], call: str, *, things: Sequence[int], people: Sequence[int]) -> None:
        self.hands, self.call = hands, call
        self.things, self.people = things, people
        self.done: list[Call] = []
        self.met: Counter[tuple[str, str]] = Counter()

    def carry_out(self, verbs: Iterable[str], threads: int) -> list[Call]:
        dice = random.Random(len(self.done))
        calls = [(self.call, [verb, dice.choice(self.things), dice.choice(self.people)]) for verb in verbs]
        dice.shuffle(calls)
        shares = [calls[n :: len(self.hands)] for n in range(len(self.hands))]
        answers = [answer for hand in run_together(self.hands, shares, threads) for answer in hand]
        failed = [result for outcome, result in answers if outcome == "no"]
        assert not failed, failed
        carried_out = [result for _, result in answers]
        self.done += carried_out
        return carried_out

    def carry_out_until_each_has_succeeded(
        self, verbs: Collection[str], threads: int, besides: Collection[str] = ()
    ) -> None:
        """What a call finds is left to chance: while some verb was only refused, all of them come again."""
        for _ in range(MOST_ROUNDS):
            if self.succeeded() >= set(verbs) - set(besides):
                return
            self.carry_out(verbs, threads)

    def succeeded(self) -> set[str]:
        return {call["verb"] for call in self.done if call["outcome"] == "ok"}

    def let_all_meet(
        self, verbs: Collection[str], times: int, names: tuple[str, str], *, threads: int, of_each: int = 60
    ) -> None:
        """Until each pair has met so often: `names` are those of the thing and of the person in an answer.

        Calls of a verb come `of_each` at a time.
        """
        pairs = list(product(verbs, verbs))
        while few := {verb for pair in pairs if self.met[pair] < times for verb in pair}:
            self.met += meetings(self.carry_out(sorted(few) * of_each, threads), names)


def meetings(calls: list[Call], names: tuple[str, str]) -> Counter[tuple[str, str]]:
    """How often a call of one verb met a call of another: on the same thing or person, at the same time."""
    met: Counter[tuple[str, str]] = Counter()
    calls = sorted(calls, key=lambda call: call["began"])
    for place, one in enumerate(calls):
        for other in calls[place + 1 :]:
            if other["began"] > one["ended"]:
                break
            if any(one[name] == other[name] for name in names):
                met[one["verb"], other["verb"]] += 1
                met[other["verb"], one["verb"]] += 1
    return met
