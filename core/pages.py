"""Live pages: what a browser shows of somebody's stream. An app declares its own as PAGES in its wiring."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Badge:
    """A number beside the name of a page: of the objects of a kind, those whose `field` is `value`, or its sum."""

    kind: str
    field: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`/live/<path>`. The server sends the frame and the words; what is in it comes over the stream.

    `is_for`: to whom it is offered. It decides nothing else: what somebody may see is decided where it is read.
    `texts`: words that its script needs, by name. `about`: kinds of objects that it shows, so that a notice about one
    leads here.
    """

    path: str
    title: str
    template: str
    is_for: Callable[[Any], bool]
    texts: Mapping[str, str] = field(default_factory=dict)
    badge: Badge | None = None
    about: Collection[str] = ()
    place: int = 0  # among the others: what is only for some people comes first; of one place, as the apps stand
