"""One plate, however people and cameras write it."""

import pytest

from fleet.plates import LONGEST, is_plate, key_of, spelled


@pytest.mark.parametrize("written", ["ABC 123", "abc123", " abc-123 ", "A B C - 1 2 3", "abc 123"])
def test_they_are_the_same(written):
    assert key_of(written) == "ABC123"


def test_it_is_shown_as_it_was_written_but_for_blanks_and_small_letters():
    assert spelled("  abc -\t123 ") == "ABC - 123"


@pytest.mark.parametrize("written", ["ABC", "A-1 2", "9 9 9", "A" * LONGEST])
def test_a_plate_has_three_letters_or_digits_at_least(written):
    assert is_plate(spelled(written))


CYRILLIC, FULL_WIDTH = "\u0410\u0412\u0421 123", "\uff21\uff22\uff23"


@pytest.mark.parametrize("written", ["", " ", "AB", "A--", "---", "-ABC", "ABC!", "ABC_1", "AB\x00C", "ABC ١٢٣", "ÑÑÑ"])
def test_other_signs_are_none_of_a_plate(written):
    assert not is_plate(spelled(written))


@pytest.mark.parametrize("written", [CYRILLIC, FULL_WIDTH])
def test_nor_are_those_that_look_alike(written):
    assert not is_plate(spelled(written))
