import pytest


@pytest.fixture(autouse=True)
def minimum(settings):
    settings.MINIMUM_APP_VERSION = "2.10"


@pytest.mark.parametrize("version", ["2.9.9", "1", "v2.9", "2.9-beta", "0.0.0"])
def test_an_app_below_the_minimum_is_told_to_update(client, version):
    answer = client.get("/api/auth/me", headers={"X-App-Version": version})

    assert answer.status_code == 426
    assert answer.json() == {
        "code": "app_too_old",
        "message": "This version of the app is no longer supported. Install the newest one.",
        "details": {"minimum_version": "2.10"},
    }


@pytest.mark.parametrize("version", ["2.10", "2.10.0", "2.10.1+7", "3", "10.0", "", "latest", "²", "9" * 5000])
def test_an_app_of_a_good_or_unknown_version_may_pass(client, version):
    assert client.get("/api/auth/me", headers={"X-App-Version": version}).status_code == 401


def test_without_a_minimum_every_version_may_pass(client, settings):
    settings.MINIMUM_APP_VERSION = ""

    assert client.get("/api/auth/me", headers={"X-App-Version": "0.1"}).status_code == 401


def test_pages_are_not_gated(client):
    assert client.get("/nowhere", headers={"X-App-Version": "0.1"}).status_code == 404
