import pytest


def test_a_message_is_queued(world, text):
    answer = text("+4915112345678")

    assert (answer.status_code, answer.json()["status"], answer.json()["sid"][:2]) == (201, "queued", "SM")
    assert [(phone["channel"], phone["body"]) for phone in world.phones()] == [("sms", "Hello")]


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [
        ("invalid", 400, 21211),
        ("unsubscribed", 400, 21610),
        ("nomobile", 400, 21614),
        ("unauthorized", 401, 20003),
        ("quota:7", 429, 20429),
        ("internal", 500, 20500),
        ("unavailable:7", 503, 20503),
    ],
)
def test_a_number_is_scripted(world, text, behaviour, status, code):
    world.control("sms", script={"+4915112345678": behaviour})

    answer = text("+4915112345678")

    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (status, code, status)


def test_its_test_numbers_are_known(text):
    assert [text(f"+1500555000{digit}").json()["code"] for digit in (1, 4, 9)] == [21211, 21610, 21614]


def test_a_wrong_password_is_refused(text):
    assert text("+4915112345678", password="wrong").json()["code"] == 20003


@pytest.mark.parametrize(
    ("body", "segments"), [("a" * 160, 1), ("a" * 161, 2), ("ä" * 160, 1), ("€" * 81, 2), ("م" * 70, 1), ("م" * 71, 2)]
)
def test_segments_are_counted(text, body, segments):
    assert text("+4915112345678", body).json()["num_segments"] == str(segments)
