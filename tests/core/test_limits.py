from dataclasses import dataclass

import pytest

from core.limits import Overridable


@dataclass(frozen=True, slots=True)
class Limits(Overridable):
    slots: int = 100
    seconds: float = 12


def test_what_the_environment_does_not_name_keeps_its_default() -> None:
    assert Limits.from_settings("X_", {}) == Limits(100, 12)


def test_a_number_of_things_stays_a_whole_number() -> None:
    limits = Limits.from_settings("X_", {"slots": "5", "seconds": "0.5"})
    assert (repr(limits.slots), repr(limits.seconds)) == ("5", "0.5")


def test_a_number_of_things_that_is_not_whole_stops_the_process() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        Limits.from_settings("X_", {"slots": "2.5"})


def test_a_name_that_does_not_exist_stops_the_process() -> None:
    with pytest.raises(ValueError, match="Unknown X_ settings: slot"):
        Limits.from_settings("X_", {"slot": "5"})
