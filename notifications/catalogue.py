"""The kinds of notice there are. Apps declare theirs in `wiring.NOTICES`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.wiring import declared
from notifications import trees
from notifications.conf import limits
from notifications.models import Notice
from notifications.trees import Tree


@dataclass(frozen=True, slots=True)
class Throttle:
    most: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """`title` names it in settings. A kind without a tree takes the one of the message's importance."""

    title: str
    tree: Tree | None = None
    ack_seconds: float = limits.ack_seconds  # how long push waits for a device that is being looked at
    throttle: Throttle | None = Throttle(most=20, per=timedelta(hours=1))  # of normal ones; the others pass
    is_mandatory: bool = False  # nobody can mute it
    is_listed: bool = True  # in the inbox; what is not has a place of its own, such as a conversation
    ignores_quiet_hours: bool = False
    is_shown_by_all: bool = True  # by every app that acknowledges its event

    @property
    def respects_quiet_hours(self) -> bool:
        return not (self.ignores_quiet_hours or self.is_mandatory)

    def tree_for(self, importance: str) -> Tree:
        tree = self.tree or trees.BY_IMPORTANCE[Notice.Importance(importance)]
        return tree if self.is_shown_by_all else trees.heedless_of_acks(tree)


def all_kinds() -> Mapping[str, NoticeKind]:
    return declared("NOTICES")


def kind(name: str) -> NoticeKind:
    """A kind whose domain is no longer installed is a plain one: what was told must still be shown."""
    return all_kinds().get(name) or NoticeKind(title=name)
