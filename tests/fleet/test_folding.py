"""What the scans of a vehicle tell of its stays."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.folding import Reading, fold
from tests.fleet.eyes import clock, readings, told

NIGHT = clock("00:00")


@pytest.mark.parametrize(
    ("scans", "stays"),
    [
        ([], []),
        (["in 08:00"], ["08:00-"]),
        (["in 08:00", "out 09:00"], ["08:00-09:00"]),
        (["in 08:00", "out 09:00", "in 10:00"], ["08:00-09:00", "10:00-"]),
        # What nobody saw.
        (["out 09:00"], ["?-09:00"]),
        (["in 08:00", "in 10:00"], ["08:00-?", "10:00-"]),
        (["in 08:00", "in 10:00", "out 11:00"], ["08:00-?", "10:00-11:00"]),
        (["in 08:00", "out 09:00", "out 10:00"], ["08:00-09:00", "?-10:00"]),
        (["out 09:00", "in 10:00"], ["?-09:00", "10:00-"]),
        # Two antennas, within a minute.
        (["in 08:00", "in 08:00:59"], ["08:00-"]),
        (["in 08:00", "in 08:01"], ["08:00-?", "08:01-"]),
        (["in 08:00", "out 09:00", "out 09:00:59"], ["08:00-09:00"]),
        (["in 08:00", "out 09:00", "out 09:01"], ["08:00-09:00", "?-09:01"]),
        (["out 09:00", "out 09:00:30"], ["?-09:00"]),
        # The minute is since the reading that counted, or a vehicle in a queue would never arrive.
        (["in 08:00", "in 08:00:40", "in 08:01:20"], ["08:00-?", "08:01:20-"]),
        # Who turns at the gate has come and gone.
        (["in 08:00", "out 08:00:10", "in 08:00:20"], ["08:00-08:00:10", "08:00:20-"]),
        (["in 08:00", "out 08:00"], ["08:00-08:00"]),
    ],
)
def test_scans_tell_stays(scans, stays):
    assert told(fold(readings(*scans))[0]) == stays


def test_a_repeat_is_not_the_last_that_counted():
    come, again = readings("in 08:00", "in 08:00:30")

    assert fold([come, again])[1] == come
    assert fold([])[1] is None


def test_who_saw_it_come_and_who_saw_it_go_are_kept():
    [stay] = fold(readings("in 08:00 north", "in 08:00:05 south", "out 09:00 west"))[0]

    assert (stay.in_by, stay.out_by) == ("north", "west")


def test_at_the_same_instant_it_comes_before_it_goes_and_names_decide_who_saw_it():
    unsorted = readings("out 08:00 east", "in 08:00 west", "in 08:00 north")

    [stay] = fold(sorted(unsorted))[0]

    assert (told([stay]), stay.in_by) == (["08:00-08:00"], "north")


@pytest.mark.parametrize(("moment", "known"), [("08:30", "08:00-"), ("09:00", "08:00-"), ("09:00:01", "08:00-09:00")])
def test_what_happened_at_a_moment_was_not_known_before_it(moment, known):
    [stay] = fold(readings("in 08:00", "out 09:00"))[0]

    assert told([stay.known_before(clock(moment))]) == [known]


ticks = st.integers(0, 40).map(lambda n: NIGHT + 20 * n * timedelta(seconds=1))
scans = st.lists(st.builds(Reading, ticks, st.sampled_from(["in", "out"]), st.sampled_from(["a", "b"])), max_size=14)


@given(scans, ticks)
def test_the_last_stay_before_is_all_that_must_be_known_of_before(scans, moment):
    whole, last = fold(sorted(scans))
    before = [stay for stay in whole if stay.at < moment]
    begin = before[-1].known_before(moment) if before else None

    stays, ends = fold(sorted(scan for scan in scans if scan.at >= moment), begin)

    assert before[:-1] + stays == whole
    assert ends == last
