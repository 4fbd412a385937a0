from collections.abc import Callable
from typing import Any

import pytest

from tests.house import House, Web

Person = dict[str, Any]


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def web_of_each_server(house: House, request: pytest.FixtureRequest) -> Web:
    return house.web(server=request.param)


@pytest.fixture
def people(house: House) -> Callable[[int], list[Person]]:
    return lambda count: house.call("tests.people.sign_up", count)


@pytest.fixture
def person(people: Callable[[int], list[Person]]) -> Person:
    return people(1)[0]


@pytest.fixture
def share(house: House) -> Callable[..., int]:
    """Share a new counter with these people; answers its id."""

    def share_counter(*people: Person, text: str = "") -> int:
        return house.call("tests.sample.services.share", [person["id"] for person in people], text)

    return share_counter


@pytest.fixture
def add(house: House) -> Callable[..., None]:
    def add_to(counter: int, person: Person, amount: int = 1) -> None:
        house.call("tests.sample.services.add", counter, person["id"], amount)

    return add_to
