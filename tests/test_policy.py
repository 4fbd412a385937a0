"""What browsers may load and run on our pages."""

import pytest
from django.urls import reverse

from tests.factories.accounts import UserFactory

SAFE = {"script-src": "'self'", "style-src": "'self'", "default-src": "'none'"}


def policy(response) -> dict[str, str]:
    parts = response["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


@pytest.mark.parametrize("path", ["/live/sign-in", "/live/worker.js", "/healthz", "/api/auth/login", "/no/such/page"])
def test_pages_run_and_show_only_files_of_ours(client, db, path):
    assert SAFE.items() <= policy(client.get(path)).items()


def test_the_admin_may_do_what_its_theme_needs_and_loads_nothing_from_elsewhere(client, db):
    shown = policy(client.get(reverse("admin:login")))

    assert shown["default-src"] == "'none'"
    assert {source for value in shown.values() for source in value.split()} <= {
        "'self'", "'none'", "'unsafe-eval'", "'unsafe-inline'", "data:", "blob:",
    }  # fmt: skip


def test_pictures_may_come_from_the_bucket_and_scripts_may_not(client, db, settings):
    settings.FILES_ORIGIN = "https://files.example.test"

    shown = policy(client.get("/live/sign-in"))

    assert "https://files.example.test" in shown["img-src"].split()
    assert shown["script-src"] == "'self'"


def test_who_is_not_signed_in_is_asked_to_and_comes_back(client, db):
    response = client.get("/live/")

    assert (response.status_code, response["Location"]) == (302, "/live/sign-in?next=/live/")


def test_a_page_that_is_not_for_her_does_not_exist(client, db):
    client.force_login(UserFactory())

    assert client.get("/live/shifts").status_code == 404
