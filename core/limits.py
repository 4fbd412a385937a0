"""Limits that the environment can override: a frozen dataclass of numbers, each with its default."""

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any, Self


class Overridable:
    __slots__ = ()

    @classmethod
    def from_settings(cls, prefix: str, given: Mapping[str, str]) -> Self:
        """`given` as the environment has it, without the prefix. An unknown name stops the process."""
        known: dict[str, Field[Any]] = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
        unknown = given.keys() - known.keys()
        if unknown:
            raise ValueError(f"Unknown {prefix} settings: {', '.join(sorted(unknown))}")
        return cls(**{name: int(value) if known[name].type is int else float(value) for name, value in given.items()})
