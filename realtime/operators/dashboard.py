"""The dashboard of sockets and streams: who is connected, what flows, and what one person's devices have of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts import sessions
from accounts.models import User
from core.dashboards import Button, Chart, Dashboard, Figure, Filters, Series, Summary, Table, bars
from core.errors import Forbidden, NotFound
from core.keeping import kept
from core.measuring import Parts
from core.templatetags.figures import duration, share, whole
from realtime.conf import limits
from realtime.operators import person, sockets, streams
from realtime.operators.sockets import Group, Process
from realtime.operators.streams import Boards, Commands, Flow, Lag

MAY_LOOK = "realtime.view_connection"
MAY_SIGN_OUT = "accounts.change_user"
SHOWN = 15
BARS = 30
KEPT_SECONDS = 60
WINDOWS = {15: "15 minutes", 60: "an hour", 360: "6 hours"}
FAR_BEHIND = limits.window  # more than may be on the way to a device


class RealtimeFilters(Filters):
    period = forms.TypedChoiceField(
        choices=[(str(minutes), name) for minutes, name in WINDOWS.items()],
        coerce=lambda minutes: timedelta(minutes=int(minutes)),
        initial=60,
        widget=UnfoldAdminSelectWidget,
    )
    person = forms.CharField(
        required=False,
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "search", "placeholder": "Email, phone or id"}),
    )


def figures(chosen: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    parts = _parts(chosen, now)
    groups = sockets.groups()
    processes = sockets.processes(groups, now)
    lag, boards = streams.behind(SHOWN), streams.boards()
    flow, answered = _flow(chosen, parts)
    sought = chosen["person"].strip()
    user = person.find(sought) if sought else None
    return {
        "cards": [*_cards(groups, processes, lag, boards), *_flow_cards(flow, answered, parts, now)],
        "opened": _opened_chart(parts),
        "events": _events_chart(parts, flow),
        "protocols": bars(sockets.counts(groups, "protocol")),
        "clients": bars(sockets.counts(groups, "client")),
        "names": bars(flow.by_name),
        "processes": processes,
        "behind": lag.devices,
        "far_behind": FAR_BEHIND,
        "boards": streams.board_rows()[:SHOWN],
        "kept": streams.kept(),
        "limits": limits,
        "sought": sought,
        "found": person.person(user) if user else None,
    }


def summary(now: datetime) -> list[Figure]:
    groups = sockets.groups()
    cards = _cards(groups, sockets.processes(groups, now), streams.behind(1), streams.boards())
    return [card for card in cards if card.label in ("Open sockets", "Processes", "Furthest behind", "Boards")]


def socket_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    for one in sockets.live().order_by("since").iterator():
        yield one.user_id, one.protocol, one.client, one.node, one.is_foreground, one.since


def behind_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    for one in streams.behind().devices:
        socket = one.socket
        yield socket.user_id, socket.protocol, socket.client, one.acked, one.head, one.count, socket.since


def event_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    parts = _parts(chosen, now)
    flow, _ = _flow(chosen, parts)
    yield from zip(parts.begins, flow.by_part, strict=True)


def sign_out(key: str, by: Any, now: datetime) -> User:
    """Of operators only by those who may all."""
    user = person.find(key)
    if user is None:
        raise NotFound("Nobody has this id.")
    if user.is_staff and not by.is_superuser:
        raise Forbidden("Only a superuser signs an operator out.")
    sessions.revoke(user.pk)
    return user


def _parts(chosen: Mapping[str, Any], now: datetime) -> Parts:
    return Parts.upto(now, chosen["period"] / BARS, BARS)


def _flow(chosen: Mapping[str, Any], parts: Parts) -> tuple[Flow, Commands]:
    """Kept for a while, where it is of hours."""

    def read() -> tuple[Flow, Commands]:
        return streams.flow(parts), streams.commands(parts.since)

    is_long = chosen["period"] > timedelta(hours=1)
    return kept(f"realtime.flow.{parts.since:%Y%m%d%H%M}", KEPT_SECONDS if is_long else 0, read)


def _cards(groups: Sequence[Group], processes: Sequence[Process], lag: Lag, boards: Boards) -> list[Figure]:
    count = sum(one.count for one in groups)
    watching = sum(one.count for one in groups if one.is_foreground)
    lost = sum(not one.is_alive for one in processes)
    return [
        Figure("Open sockets", whole(count), f"of {whole(sockets.people())} people", link=_list("connection")),
        Figure("In the foreground", share(watching / count if count else None), f"{whole(watching)} are looked at"),
        Figure(
            "Processes",
            whole(len(processes)),
            f"{whole(lost)} not heard of" if lost else "all are heard of",
            is_alarm=lost > 0,
            link=_list("node"),
        ),
        Figure(
            "Furthest behind",
            whole(lag.most),
            f"events; {whole(lag.count)} connected devices have not acknowledged all",
            is_alarm=lag.most > FAR_BEHIND,
        ),
        Figure(
            "Boards",
            whole(boards.count),
            f"{whole(boards.failing)} cannot be shown"
            if boards.failing
            else f"{whole(boards.to_render)} to be rendered",
            is_alarm=boards.failing > 0,
            link=_list("board"),
        ),
    ]


def _flow_cards(flow: Flow, answered: Commands, parts: Parts, now: datetime) -> list[Figure]:
    per_minute = sum(flow.by_part) / max((now - parts.since) / timedelta(minutes=1), 1)
    newest = streams.newest_event_at()
    return [
        Figure("Events a minute", whole(per_minute), "in this time, each told to all whom it concerns"),
        Figure("Commands", whole(answered.done), f"carried out, {whole(answered.refused)} refused"),
        Figure("Newest event", duration((now - newest).total_seconds() if newest else None), "ago"),
    ]


def _opened_chart(parts: Parts) -> Chart:
    opened = Series("opened", sockets.opened(parts))
    return Chart("opened", "Open sockets, by when they were opened", parts.labels, [opened])


def _events_chart(parts: Parts, flow: Flow) -> Chart:
    return Chart("events", "Events", parts.labels, [Series("events", flow.by_part, "good")])


def _list(model: str) -> str:
    return reverse(f"admin:realtime_{model}_changelist")


DASHBOARD = Dashboard(
    title="Sockets and streams",
    icon="cell_tower",
    template="admin/realtime/dashboard.html",
    permission=MAY_LOOK,
    figures=figures,
    filters=RealtimeFilters,
    tables={
        "sockets": Table(["Person", "Protocol", "Client", "Process", "In the foreground", "Since"], socket_rows),
        "behind": Table(["Person", "Protocol", "Client", "Acknowledged", "Head", "Behind", "Since"], behind_rows),
        "events": Table(["From", "Events"], event_rows),
    },
    buttons={"sign_out": Button("Signed out of all apps", MAY_SIGN_OUT, sign_out)},
)
SUMMARY = Summary("Sockets and streams", "cell_tower", MAY_LOOK, summary)
