"""Apps of somebody's, as the rows say: who looks at one, and how far she has come there."""

from django.utils import timezone

from accounts.models import User
from realtime import nodes, presence, selectors
from realtime.models import Connection, Node


def connect(user: User, *, is_foreground: bool = True, device: str = "phone") -> Connection:
    nodes.beat(Node.Role.WEB)
    socket = Connection(
        user=user, device=device, protocol="stream.v1", node=nodes.node_name(Node.Role.WEB),
        is_foreground=is_foreground, since=timezone.now(),
    )  # fmt: skip
    presence.record([socket], {}, {}, [])
    return socket


def disconnect(socket: Connection) -> None:
    presence.record([], {}, {socket.pk: socket.user_id}, [])


def acknowledge(user: User, upto: int | None = None, *, is_foreground: bool = True, device: str = "phone") -> None:
    """By default all there is."""
    head = selectors.state(user.pk).head
    upto = head if upto is None else upto
    ack = presence.Ack(user.pk, device, selectors.epoch(), upto, upto if is_foreground else 0)
    presence.record([], {}, {}, [ack])
