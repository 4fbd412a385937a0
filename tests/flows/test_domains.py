"""A company with one product: a server of its own starts with its demo world, and has its pages and no other's."""

from collections.abc import Iterator

import httpx
import pytest

from accounts.demo import PASSWORD
from tests.domain_world import live_paths
from tests.flows.test_embedded import readiness
from tests.house import House, Street, Web

# A path of each, which says who may not come in where it is there.
PATHS = {
    "dispatch": "/api/dispatch/reports",
    "bookings": "/api/bookings/reservations",
    "shifts": "/api/shifts",
    "chat": "/api/chat/my/conversations",
    "fleet": "/api/fleet/registry",
}


@pytest.fixture(scope="module", params=PATHS)
def domain(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def company(street: Street, domain: str) -> Iterator[House]:
    """With the settings that a deployment has, not those of the tests."""
    directory = street.directory / f"only_{domain}"
    directory.mkdir()
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": "", "REDIS_URL": ""}
    house = House(directory, {**settings, "DOMAINS": domain})
    yield house
    house.close()
    assert house.complaints() == []


@pytest.fixture(scope="module")
def web(company: House) -> Web:
    return company.live("--demo")


async def test_it_starts_from_nothing_with_its_demo_world_and_is_ready(web):
    report = await readiness(web)

    assert (report["ready"], report["webs"], report["workers"], report["beats"]) == (True, 1, 1, 1)
    assert web.get("/metrics")[0] == 200


def test_an_operator_signs_in_and_every_page_of_hers_opens(company, web):
    with httpx.Client(base_url=web.url, timeout=60) as browser:
        token = browser.get("/admin/login/").cookies["csrftoken"]
        who = {"username": "admin@demo.test", "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/admin/"}
        entered = browser.post("/admin/login/", data=who)
        pages = company.call("tests.domain_world.operators_pages")
        answers = {page: browser.get(page).status_code for page in pages}

    assert (entered.status_code, entered.headers["Location"]) == (302, "/admin/")
    assert [page for page in pages if page.startswith("/admin/accounts/user/")]
    assert {page: status for page, status in answers.items() if status != 200} == {}


def test_every_live_page_opens_for_somebody(company, web):
    answers = {}
    for path, email in company.call("tests.domain_world.live_pages"):
        key = company.call("tests.domain_world.session_of", email)
        answers[path, email] = httpx.get(web.url + path, cookies={"sessionid": key}, timeout=60).status_code

    assert answers
    assert {page: status for page, status in answers.items() if status != 200} == {}


def test_its_own_doors_are_there_and_those_of_the_others_are_not(company, domain, web):
    key = company.call("tests.domain_world.session_of", "admin@demo.test")
    others = [other for other in PATHS if other != domain]
    foreign = [f"/live/{path}" for other in others for path in live_paths(other)]
    foreign += [f"/admin/{other}/" for other in others]
    with httpx.Client(base_url=web.url, cookies={"sessionid": key}, timeout=60) as browser:
        statuses = {path: browser.get(path).status_code for path in foreign}

    assert web.get(PATHS[domain])[0] == 401
    assert {other: web.get(PATHS[other])[0] for other in others} == dict.fromkeys(others, 404)
    assert {path: status for path, status in statuses.items() if status != 404} == {}
