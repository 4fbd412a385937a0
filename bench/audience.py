"""What a large audience costs: one unit tells so many people, then the worker plans what each of them gets.

Both in one process and one after the other, so that neither hides the other. People have three phones for two of them.
"""

from bench.plan import Plan
from bench.servers import look_alikes, open_house
from bench.table import Row, below
from tests.house import Street

AUDIENCES = (500, 5000)


def measure(street: Street, plan: Plan) -> list[Row]:
    told: dict[int, list[float]] = {}
    planned: dict[int, list[float]] = {}
    with look_alikes() as world, open_house(street, **world.env) as house:
        for size in AUDIENCES:
            users = house.call("bench.outbox.sign_up", size, size * 3 // 2)
            house.call("bench.outbox.time_audience", users[: AUDIENCES[0]])
            times = [house.call("bench.outbox.time_audience", users) for _ in range(plan.rounds)]
            told[size], planned[size] = ([time[place] for time in times] for place in range(2))
    some, most = AUDIENCES
    growth = [more / fewer * some / most for more, fewer in zip(planned[most], planned[some], strict=True)]
    return [
        Row(f"notify {some:,}: until committed", "s", told[some]),
        Row(f"notify {some:,}: until all is planned", "s", planned[some]),
        Row(f"notify {most:,}: until committed", "s", told[most], below(4)),
        Row(f"notify {most:,}: until all is planned", "s", planned[most], below(6)),
        Row(f"notify, cost per person, {most:,} ÷ {some:,}", "×", growth, below(1.5)),
    ]
