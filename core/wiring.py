"""Finds what the apps declare in their `wiring.py`, so that a layer can call upwards without importing upwards."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@cache
def declared(name: str) -> Mapping[str, Any]:
    """All entries of the tables called `name`, such as COMMANDS or KINDS; a key may be declared once only."""
    found: dict[str, Any] = {}
    for module in _modules():
        for key, value in getattr(module, name, {}).items():
            if key in found:
                raise ImproperlyConfigured(f"{name}[{key!r}] is declared twice, the second time in {module.__name__}.")
            found[key] = value
    return MappingProxyType(found)


@cache
def hooks(name: str) -> tuple[Any, ...]:
    """All members of the lists called `name`, such as REVOKED: lower layers first."""
    return tuple(hook for module in _modules() for hook in getattr(module, name, ()))


@cache
def gathered(name: str) -> Mapping[str, frozenset[str]]:
    """All entries of the tables of lists called `name`, such as ROLES; lists under the same key are put together."""
    found: dict[str, set[str]] = {}
    for module in _modules():
        for key, members in getattr(module, name, {}).items():
            found.setdefault(key, set()).update(members)
    return MappingProxyType({key: frozenset(members) for key, members in found.items()})


def _modules() -> list[ModuleType]:
    return [import_module(path) for path in settings.WIRING]
