"""A conversation of 100,000 messages, its reader's 200 others, and as many messages of strangers: pages and searches.

Asked of PostgreSQL as views ask, objects and all. A common word is in every second message, a rare one in every
2,500th, a strange one in the strangers' alone; all of them are searched for as the beginnings of words.
"""

from collections.abc import Iterator
from statistics import median

from bench.plan import QUICK, Plan
from bench.servers import open_house
from bench.table import Row, Target, below
from tests.house import House, Street

MESSAGES, OTHERS = 100_000, 200
FEW = 10_000  # in a quick run
TIMES = 20
ENGINES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
PAGES = ["before", "after", "around"]
WORDS = {"common": "a common word", "rare": "a rare word", "elsewhere": "a strange word", "absent": "an absent word"}


def measure(street: Street, plan: Plan) -> list[Row]:
    rows: list[Row] = []
    for engine in ENGINES:
        with open_house(street, engine) as house:
            rows += _rows(house, plan, engine)
    return rows


def _rows(house: House, plan: Plan, engine: str) -> Iterator[Row]:
    size = FEW if plan is QUICK else MESSAGES
    crowd = house.call("tests.chat_crowd.crowd", size, OTHERS)
    reader, conversation = crowd["reader"], crowd["conversation"]

    def row(what: str, bound: float, *asked: object) -> Row:
        rounds = [house.call("tests.chat_crowd.timed", TIMES, *asked) for _ in range(plan.rounds)]
        target: Target | None = below(bound) if engine == "postgresql" else None
        return Row(f"of {size:,} messages: {what}, {ENGINES[engine]}", "ms", list(map(median, rounds)), target)

    for where in PAGES:
        yield row(f"a page {where}", 20, f"page_{where}", reader, conversation)
    for place, name in ((conversation, "it"), (None, "all conversations")):
        for word, what in WORDS.items():
            yield row(f"{what} in {name}", 100, "find", reader, place, word)
