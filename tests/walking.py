"""Every door of a domain, read from the urlconf: a new one is tried without anybody remembering it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

METHODS = ["get", "post", "put", "patch", "delete"]
ARGUMENT = re.compile(r"<\w+:(\w+)>")


@dataclass(frozen=True)
class Door:
    method: str
    route: str

    def path(self, ids: Mapping[str, object]) -> str:
        return "/" + ARGUMENT.sub(lambda match: str(ids[match[1]]), self.route)

    def knock(self, client: APIClient, ids: Mapping[str, object], body: Any) -> Any:
        return getattr(client, self.method)(self.path(ids), *([] if self.method == "get" else [body]))


def doors(prefix: str) -> list[Door]:
    """All that begin so."""
    return sorted(
        {door for door in _doors(get_resolver().url_patterns, "") if door.route.startswith(prefix)},
        key=lambda door: (METHODS.index(door.method), door.route),
    )


def _doors(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Door]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _doors(pattern.url_patterns, route)
        elif view := getattr(pattern.callback, "cls", None):
            yield from (Door(method, route) for method in METHODS if hasattr(view, method))
