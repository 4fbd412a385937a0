import logging

from core.sweeping import each


def test_one_that_fails_does_not_hold_up_the_others(caplog):
    done = []

    def step(number):
        if number == 2:
            raise RuntimeError("two")
        done.append(number)

    with caplog.at_level(logging.ERROR):
        assert each([1, 2, 3], step) == 3

    assert done == [1, 3]
    assert [(record.message, record.due) for record in caplog.records] == [("sweep_failed", "2")]


def test_what_all_would_meet_ends_the_sweep(caplog):
    begun = []

    def step(number):
        begun.append(number)
        if number == 2:
            raise ConnectionError

    assert each([1, 2, 3], step, until=ConnectionError) == 1
    assert (begun, caplog.records) == ([1, 2], [])
