"""The dashboard of notifications: do they arrive, how soon, and if not, why not."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget

from core.clocks import DAY
from core.dashboards import Button, Dashboard, Figure, Filters, Summary, Table
from core.errors import NotFound
from core.templatetags.figures import duration, share, whole
from notifications import catalogue, trees
from notifications.models import ChannelHealth
from notifications.operators import backlog, charts, insight, operations
from notifications.operators.windows import HOUR, LENGTHS, Window, window
from notifications.operators.wording import CHANNELS

MAY_LOOK = "notifications.view_delivery"
MAY_CLOSE = "notifications.change_channelhealth"
LATE = 60.0  # seconds that something may be due and not begun
ADDRESS_DAYS = 7


def _kinds() -> list[tuple[str, str]]:
    return [("", "All kinds"), *((name, kind.title) for name, kind in catalogue.all_kinds().items())]


class NotificationFilters(Filters):
    period = forms.TypedChoiceField(
        choices=[(str(hours), length.name) for hours, length in LENGTHS.items()],
        coerce=int,
        initial=1,
        widget=UnfoldAdminSelectWidget,
    )
    channel = forms.ChoiceField(
        choices=[("", "All channels"), *CHANNELS.items()], required=False, widget=UnfoldAdminSelectWidget
    )
    kind = forms.ChoiceField(choices=_kinds, required=False, widget=UnfoldAdminSelectWidget)


def figures(chosen: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    shown = _window(chosen, now)
    days = insight.device_changes_by_day(now - ADDRESS_DAYS * DAY)
    queues, breakers = backlog.queues(now), backlog.breakers()
    return {
        "cards": [
            *_cards_of_window(shown),
            *_cards_of_now(queues, breakers, now),
            *_cards_of_rest(queues, now),
            _card_of_addresses(days.get(now.date(), {}).get("died", 0)),
        ],
        **charts.charts(shown),
        "funnel": charts.funnel(shown),
        "kinds": _kind_rows(shown),
        "failures": charts.failures(shown.outcomes),
        "skips": charts.skips(shown.outcomes),
        "queues": queues,
        "breakers": breakers,
        "fleet": insight.fleet(now),
        "changes": days,
        "shown": shown,
    }


def summary(now: datetime) -> list[Figure]:
    total = insight.total(now - HOUR, now)
    rate = Figure("Delivery rate", share(total.rate), f"of the last hour; {whole(total.handed_over)} handed over")
    return [rate, *_cards_of_now(backlog.queues(now), backlog.breakers(), now)]


def kind_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    for row in _kind_rows(_window(chosen, now)):
        tally, dwell = row["tally"], row["immediate"]
        percentiles = (dwell.p50, dwell.p95, dwell.p99) if dwell else (None, None, None)
        counts = (tally.handed_over, tally.lost, tally.waiting, tally.out, tally.received, tally.opened)
        yield row["kind"], row["channel"], *counts, *percentiles


def part_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    shown = _window(chosen, now)
    for channel, tallies in shown.by_channel.items():
        for begin, tally in zip(shown.parts.begins, tallies, strict=True):
            yield begin, channel, tally.handed_over, tally.lost, tally.waiting, tally.out


def reason_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    outcomes = _window(chosen, now).outcomes
    for (channel, state, code), count in insight.failures(outcomes).items():
        yield channel, state, code, count
    for (reason, channel), count in insight.skips(outcomes).items():
        yield channel, "skipped", reason, count


def close_breaker(key: str, by: Any, now: datetime) -> ChannelHealth:
    health = ChannelHealth.objects.filter(pk=key).first()
    if health is None:
        raise NotFound
    operations.close_breaker(health)
    return health


def _window(chosen: Mapping[str, Any], now: datetime) -> Window:
    return window(chosen["period"], chosen["channel"], chosen["kind"], now)


def _cards_of_window(shown: Window) -> list[Figure]:
    total = shown.total
    slowest = max((one for one in shown.dwells if not one.is_held), key=lambda one: one.p95, default=None)
    about = f"95 % of {slowest.kind} by {slowest.channel}, the slowest" if slowest else "nothing was handed over"
    return [
        Figure("Delivery rate", share(total.rate), f"{whole(total.handed_over)} handed over, {whole(total.lost)} lost"),
        Figure("Commit to hand-over", duration(slowest.p95 if slowest else None), about),
    ]


def _cards_of_now(queues: Sequence[backlog.Queue], breakers: Sequence[ChannelHealth], now: datetime) -> list[Figure]:
    due, oldest = sum(one.due for one in queues), max(one.age for one in queues)
    unplanned = backlog.unplanned(now)
    is_open = sum(one.is_open for one in breakers)
    return [
        Figure(
            "Due now",
            whole(due),
            f"the oldest for {duration(oldest)}" if due else "nothing waits that could go",
            is_alarm=oldest > LATE,
        ),
        Figure(
            "Not planned yet",
            whole(unplanned.count),
            f"the oldest for {duration(unplanned.age)}" if unplanned.count else "a worker has looked at all",
            is_alarm=unplanned.age > LATE,
        ),
        Figure(
            "Breakers open",
            whole(is_open),
            "something keeps failing" if is_open else "everything may be sent",
            is_alarm=is_open > 0,
            link=_list("channelhealth"),
        ),
    ]


def _cards_of_rest(queues: Sequence[backlog.Queue], now: datetime) -> list[Figure]:
    held = sum(one.held for one in queues)
    return [
        Figure("Waiting on purpose", whole(held), f"{whole(backlog.held_by_quiet_hours(now))} for quiet hours to end"),
        Figure("To be tried again", whole(sum(one.retrying for one in queues)), "after a failure that may pass"),
    ]


def _card_of_addresses(died: int) -> Figure:
    return Figure("Dead addresses", whole(died), "today", link=_list("devicechange", "what__exact=died"))


def _kind_rows(shown: Window) -> list[dict[str, Any]]:
    found = {(one.kind, one.channel, one.is_held): one for one in shown.dwells}
    return [
        {
            "kind": kind,
            "channel": channel,
            "tally": tally,
            "is_push": channel in trees.PUSH,
            "immediate": found.get((kind, channel, False)),
            "held": found.get((kind, channel, True)),
        }
        for (kind, channel), tally in insight.tallies(shown.outcomes, "kind", "channel").items()
    ]


def _list(model: str, query: str = "") -> str:
    address = reverse(f"admin:notifications_{model}_changelist")
    return f"{address}?{query}" if query else address


DASHBOARD = Dashboard(
    title="Notifications",
    icon="notifications",
    template="admin/notifications/dashboard.html",
    permission=MAY_LOOK,
    figures=figures,
    filters=NotificationFilters,
    tables={
        "kinds": Table(
            [
                "Kind",
                "Channel",
                "Handed over",
                "Lost",
                "Waiting",
                "Not to go",
                "Received",
                "Opened",
                "p50",
                "p95",
                "p99",
            ],
            kind_rows,
        ),
        "time": Table(["From", "Channel", "Handed over", "Lost", "Waiting", "Not to go"], part_rows),
        "reasons": Table(["Channel", "State", "Why", "Deliveries"], reason_rows),
    },
    buttons={"close": Button("Breaker closed", MAY_CLOSE, close_breaker)},
)
SUMMARY = Summary("Notifications", "notifications", MAY_LOOK, summary)
