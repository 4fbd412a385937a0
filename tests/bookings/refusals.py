"""Bad bodies, and what is said of them."""

from collections.abc import Iterable
from typing import Any

from rest_framework.test import APIClient


def named_in(client: APIClient, path: str, body: dict[str, Any], field: str, values: Iterable[Any]) -> set[str]:
    """What the refusals name, of a body that is good but for each of these values."""
    answers = [client.post(path, body | {field: value}) for value in values]
    assert {(one.status_code, one.data["code"]) for one in answers} == {(400, "invalid")}
    return {name for one in answers for name in one.data["details"]}
