"""Two hundred owners whose devices disagree: `make soak`."""

import pytest

from tests.house import Street
from tests.races.test_dispatch_races import both_engines, contend, town_on

pytestmark = pytest.mark.soak


@both_engines
def test_of_50_estimates_one_is_accepted_two_hundred_times(street: Street, engine: str):
    with town_on(street, engine) as town:
        contend(town, rounds=200)
