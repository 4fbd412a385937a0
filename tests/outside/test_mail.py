import smtplib

import pytest


def test_a_message_is_kept_and_refusals_are_by_address(world, mail):
    refused = mail("nurse1@demo.test", "full@demo.test", "unknown@demo.test", "later@demo.test")

    assert {address: code for address, (code, _) in refused.items()} == {
        "full@demo.test": 552,
        "unknown@demo.test": 550,
        "later@demo.test": 451,
    }
    [phone] = world.phones()
    assert (phone["address"], phone["title"], phone["body"]) == (
        "nurse1@demo.test",
        "Changed",
        "It begins at 21:00.",
    )


@pytest.mark.parametrize(
    ("outage", "failure"),
    [("unavailable", smtplib.SMTPSenderRefused), ("refused", ConnectionRefusedError)],
)
def test_an_outage_ends(world, mail, outage, failure):
    world.control("mail", outage=outage)
    with pytest.raises(failure):
        mail("nurse1@demo.test")

    world.control("mail", outage="none")

    assert mail("nurse1@demo.test") == {}
