"""With years of history the figures of a month are read from the counts by day; what happened is not looked through."""

import re

from fleet import freshness
from tests.house import Street

BOARDS = [freshness.SUMMARY, freshness.DISTRIBUTION, freshness.LOGS]
ROWS = r"\bfleet_(vehiclelog|violation|scan)\b"


def test_figures_of_a_month_are_read_from_counts(street: Street):
    with street.house("postgresql") as house:
        house.call("tests.fleet_crowd.crowd", 200, 20_000, 2_000)
        assert house.call("tests.fleet_crowd.size") == [200, 20_000, 2_000]
        plans = {board: house.call("tests.fleet_crowd.plans", board) for board in BOARDS}
        assert [board for board, plan in plans.items() if "fleet_tally" not in plan or re.search(ROWS, plan)] == []
        # The control: what looks through them shows.
        assert re.search(ROWS, house.call("tests.fleet_crowd.plans_of_looking"))
