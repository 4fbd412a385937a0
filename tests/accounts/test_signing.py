import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import MalformedSignature
from accounts.signing import Claim, Message, read
from tests.signing import Machine

HEX = "0123456789abcdef" * 4
GOOD = f"key=key-1,timestamp=1790000000,signature={HEX}"


@pytest.mark.parametrize(
    "header",
    [
        f"HMAC-SHA256 {GOOD}",
        f"hmac-sha256   {GOOD}",
        f"HMAC-SHA256 signature={HEX}, timestamp=1790000000 ,key=key-1",
        f"HMAC-SHA256 key=key-1,timestamp=1790000000,signature={HEX.upper()}",
    ],
)
def test_a_header_says_who_has_signed_and_when(header):
    assert read(header) == Claim("key-1", "1790000000", HEX)


@pytest.mark.parametrize("header", ["", "Bearer abc", "HMAC-SHA1 " + GOOD, "HMAC-SHA256" + GOOD])
def test_other_schemes_are_not_ours(header):
    assert read(header) is None


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "key-1",
        GOOD + ",",
        GOOD + ",key=key-1",
        GOOD + ",HMAC-SHA256 " + GOOD,
        GOOD + ",nonce=1",
        f"key=key-1,key=key-2,timestamp=1790000000,signature={HEX}",
        f"key=key-1,key=key-1,signature={HEX}",
        f"key=key-1,timestamp=1790000000,signature={HEX[1:]}",
        f"key=key-1,timestamp=1790000000,signature={HEX}0",
        f"key=key-1,timestamp=1790000000,signature={HEX[:-1]}g",
        f'key="key-1",timestamp=1790000000,signature={HEX}',
        f"key=,timestamp=1790000000,signature={HEX}",
        f"key={'k' * 41},timestamp=1790000000,signature={HEX}",
        f"key=schl\xfcssel,timestamp=1790000000,signature={HEX}",
        *(
            f"key=key-1,timestamp={timestamp},signature={HEX}"
            for timestamp in (
                "", "nan", "inf", "-inf", "-1", "+1790000000", "1e9", "0x10", ".5", "1790000000.", "1_790", "1790 000",
                "1790000000.0000000001", "1" + "0" * 400, "1\u0667", "\u0661\u0667", "17900\n00000",
            )
        ),
    ],
)  # fmt: skip
def test_what_is_not_as_documented_is_refused(rest):
    with pytest.raises(MalformedSignature):
        read(f"HMAC-SHA256 {rest}")


def test_what_is_signed_is_what_the_document_says():
    target, body = b"/api/shifts?a=%2F&b=\xc3\xa9", b'{"a": 1}'

    signature = Message("POST", target, body).signature("s3cret", "1790000000.25")

    assert signature == Machine("key-1", "s3cret").signature("POST", target, body, "1790000000.25")


def test_the_signature_of_a_known_request():
    """By openssl: printf '1790000000\\nGET\\n/api/shifts\\n<SHA-256 of nothing>' | openssl dgst -sha256 -hmac secret"""
    signature = Message("GET", b"/api/shifts", b"").signature("secret", "1790000000")

    assert signature == "0b3eb5d973d3514e6c136aa1ade60a1b2b43343a88accf2b458beb4b1a536d7a"


signed = st.fixed_dictionaries(
    {
        "timestamp": st.from_regex(r"[0-9]{1,11}(\.[0-9]{1,9})?", fullmatch=True).map(str.encode),
        "method": st.sampled_from([b"GET", b"POST", b"PUT", b"DELETE"]),
        "target": st.binary(min_size=1, max_size=40),
        "body": st.binary(max_size=60),
    }
)


@given(request=signed, choice=st.data())
def test_changing_any_byte_of_what_is_signed_changes_the_signature(request, choice):
    part = choice.draw(st.sampled_from([name for name, value in request.items() if value]))
    place = choice.draw(st.integers(0, len(request[part]) - 1))
    mask = choice.draw(st.integers(1, 127))
    changed = bytearray(request[part])
    changed[place] ^= mask

    assert signature_of(**request) != signature_of(**{**request, part: bytes(changed)})


@given(request=signed, choice=st.data())
def test_nothing_can_be_moved_from_one_part_to_the_next(request, choice):
    """All parts but the last two are without newlines, and the body is there as its hash."""
    cut = choice.draw(st.integers(0, len(request["target"])))
    moved = {**request, "target": request["target"][:cut], "body": request["target"][cut:] + request["body"]}

    assert (signature_of(**request) == signature_of(**moved)) == (request == moved)


def signature_of(*, timestamp: bytes, method: bytes, target: bytes, body: bytes) -> str:
    return Message(method.decode("latin-1"), target, body).signature("s3cret", timestamp.decode("latin-1"))
