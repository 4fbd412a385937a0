import pytest

from core.sealing import SealBroken, fingerprint, reseal, seal, unseal

ADDRESS = "fGh4:APA91b-é"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.DEVICE_KEYS = ["the first key"]
    settings.DEVICE_FINGERPRINT_KEY = "the key of fingerprints"


def test_what_was_sealed_is_unsealed():
    assert unseal(seal(ADDRESS)) == ADDRESS


def test_a_seal_does_not_show_what_it_holds_nor_that_two_hold_the_same():
    assert ADDRESS not in seal(ADDRESS)
    assert seal(ADDRESS) != seal(ADDRESS)


def test_keys_rotate_and_fingerprints_stay(settings):
    sealed, known_as = seal(ADDRESS), fingerprint(ADDRESS)

    settings.DEVICE_KEYS = ["a newer key", "the first key"]
    resealed = reseal(sealed)
    assert (unseal(sealed), fingerprint(ADDRESS)) == (ADDRESS, known_as)

    settings.DEVICE_KEYS = ["a newer key"]
    assert unseal(resealed) == ADDRESS
    with pytest.raises(SealBroken):
        unseal(sealed)
    with pytest.raises(SealBroken):
        reseal(sealed)


@pytest.mark.parametrize("changed", ["", "x", "é", "gAAAAA=="])
def test_what_nobody_sealed_is_not_unsealed(changed):
    with pytest.raises(SealBroken):
        unseal(changed)


def test_fingerprints_differ_by_text_and_by_key(settings):
    known_as = fingerprint(ADDRESS)
    assert len(known_as) == 64
    assert fingerprint(ADDRESS + "x") != known_as

    settings.DEVICE_FINGERPRINT_KEY = "another key"
    assert fingerprint(ADDRESS) != known_as
