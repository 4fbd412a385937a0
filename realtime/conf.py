"""Every limit of the socket server, in one place. `REALTIME_<NAME>` in the environment overrides one."""

from dataclasses import dataclass

from django.conf import settings

from core.limits import Overridable


@dataclass(frozen=True, slots=True)
class Limits(Overridable):
    # Told to clients in `welcome`.
    frame_in_bytes: int = 64 * 1024
    frame_out_bytes: int = 256 * 1024
    commands_per_second: int = 20
    commands_burst: int = 40
    boards: int = 50
    sockets_per_user: int = 20

    # Of one connection; more are dropped.
    signals_per_second: int = 5

    # Of batched commands, so many are committed together.
    batch: int = 100

    # Flow control, per connection.
    window: int = 256
    window_bytes: int = 1024 * 1024
    transport_bytes: int = 256 * 1024
    stall_seconds: float = 30

    # Resume.
    replay: int = 500
    page: int = 100
    reorder_seconds: float = 0.05
    retention_days: int = 30
    retention_events: int = 10_000

    # Time-outs and rhythms.
    hello_seconds: float = 10
    heartbeat_seconds: float = 25
    pong_seconds: float = 15
    check_seconds: float = 4
    record_seconds: float = 1
    node_seconds: float = 5
    node_lost_seconds: float = 30
    drain_seconds: float = 10
    longpoll_seconds: float = 25
    command_days: int = 7
    board_seconds: float = 1
    board_lease_seconds: float = 30

    # Defence.
    sockets_before_auth_per_address: int = 200
    bad_frames_per_minute: int = 20
    longpolls_per_user: int = 10
    threads: int = 8


limits = Limits.from_settings("REALTIME_", settings.REALTIME)
