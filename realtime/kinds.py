"""How the objects of a reader's view look. Domains declare their kinds in `wiring.KINDS`.

A kind is rendered in two parts: what all its readers share, and the small overlay that is a reader's own. Events and
the fresh view (`GET /api/sync`) are rendered by the same two functions, so that folding events gives the fresh view.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from core.wiring import declared

Key = str
Data = Mapping[str, Any]
Reader = tuple[Key, UUID]

NO_OVERLAY = "{}"
NOTHING = "null"
NONE_GIVEN: Mapping[Key, Data | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Told:
    """Where in a reader's stream, named in hexadecimal, she heard of an object."""

    key: Key
    user: str
    offset: int


@dataclass(frozen=True, slots=True)
class Kind:
    """`render` answers the objects that exist; `own`, where a kind has one, an overlay for each reader who may see one;
    `keys_of` the keys in a user's fresh view: all she sees or, of a windowed kind, the newest. `told`, where a kind has
    one, is called in the unit that tells of its objects, with the place of each event.
    """

    render: Callable[[Collection[Key]], Mapping[Key, Data]]
    keys_of: Callable[[UUID], Iterable[Key]]
    own: Callable[[Collection[Reader]], Mapping[Reader, Data]] | None = None
    told: Callable[[Sequence[Told]], None] | None = None
    is_windowed: bool = False
    shape: int = 1
    rank: int = 100


@dataclass(frozen=True, slots=True)
class Rendered:
    """Encoded parts, ready to be stored and spliced. A missing part means that there is nothing to see (any more)."""

    shared: Mapping[Key, str]
    overlays: Mapping[Reader, str] | None

    def own(self, key: Key, readers: Sequence[UUID]) -> Sequence[str | None]:
        """The overlay of each reader, in their order."""
        if self.overlays is None:
            return [NO_OVERLAY] * len(readers)
        return [self.overlays.get((key, reader)) for reader in readers]

    def seen_by(self, key: Key, reader: UUID) -> str:
        return spliced(self.shared.get(key), self.own(key, [reader])[0])


def kind(name: str) -> Kind:
    found: Kind = declared("KINDS")[name]
    return found


def is_known(name: str) -> bool:
    return name in declared("KINDS")


def shape(name: str) -> int:
    """The shape version in use; 0 for a kind whose domain is no longer installed."""
    return kind(name).shape if is_known(name) else 0


def render(
    name: str, audiences: Mapping[Key, Collection[UUID]], given: Mapping[Key, Data | None] = NONE_GIVEN
) -> Rendered:
    """How these objects look now to the readers of each; what is given is not read."""
    spec = kind(name)
    known = {key: data for key, data in given.items() if data is not None}
    if unknown := audiences.keys() - known.keys():
        known |= spec.render(unknown)
    shared = {key: encode(data) for key, data in known.items()}
    if spec.own is None:
        return Rendered(shared, None)
    readers = [(key, reader) for key, audience in audiences.items() for reader in audience]
    return Rendered(shared, {reader: encode(data) for reader, data in spec.own(readers).items()})


def view(user_id: UUID, names: Collection[str]) -> dict[str, dict[Key, Any]]:
    """The fresh view: most important kinds first."""
    fresh = {}
    for name in sorted(names, key=lambda name: (kind(name).rank, name)):
        keys = list(kind(name).keys_of(user_id))
        rendered = render(name, {key: [user_id] for key in keys})
        texts = {key: rendered.seen_by(key, user_id) for key in keys}
        fresh[name] = {key: json.loads(text) for key, text in texts.items() if text != NOTHING}
    return fresh


def spliced(shared: str | None, own: str | None) -> str:
    """The object one reader sees, from encoded parts. None on either side means that she does not see it."""
    if shared is None or own is None:
        return NOTHING
    if own == NO_OVERLAY:
        return shared
    return own if shared == "{}" else f"{shared[:-1]},{own[1:]}"


encode: Callable[[Any], str] = DjangoJSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
