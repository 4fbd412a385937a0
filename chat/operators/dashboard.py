"""The dashboard of chat: what is to be decided on, and whether messages arrive."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from accounts.models import User
from accounts.services import deactivate_user
from chat import reach
from chat.errors import NoSuchPerson
from chat.models import MessageReport
from chat.operators import moderation, traffic
from chat.services import moderation as deciding
from core.clocks import DAY
from core.dashboards import Button, Chart, Dashboard, Figure, Filters, Series, Summary, Table, bars, period
from core.errors import Forbidden, NotFound
from core.ids import uuid_or_none
from core.keeping import kept
from core.measuring import Parts
from core.templatetags.figures import duration, share, whole

MAY_LOOK = "chat.view_messagereport"
MAY_DECIDE = "chat.change_messagereport"
MAY_SUSPEND = "accounts.change_user"
HOUR = timedelta(hours=1)
ENOUGH = 0.999  # what seed 004 asks for
FIRST = 12
KEPT_SECONDS = 300


class ChatFilters(Filters):
    period = period(1, 7, 28, initial=1)


def figures(chosen: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    parts = _parts(chosen, now)
    sent, begun, shares = _traffic(chosen, parts)
    volumes = traffic.media(parts.since)
    return {
        "cards": [
            *_cards_of_now(now),
            Figure("Messages", whole(sum(sent)), f"conversations begun: {whole(sum(begun))}"),
            Figure(
                "Uploaded",
                filesizeformat(sum(one.size for one in volumes)),
                f"pictures and files: {whole(sum(one.count for one in volumes))}",
                link=_list("media"),
            ),
        ],
        "sent": _messages_chart(parts, sent),
        "conversations": Chart("begun", "New conversations", parts.labels, [Series("conversations", begun, "good")]),
        "missed": _missed_chart(parts, shares),
        "volumes": bars({(one.kind, filesizeformat(one.size)): one.count for one in volumes}),
        "decided": bars({(status,): count for status, count in moderation.decided(parts.since).items()}),
        "queue": moderation.queue()[:FIRST],
        "people": moderation.most_reported(parts.since, FIRST),
    }


def summary(now: datetime) -> list[Figure]:
    return _cards_of_now(now)


def traffic_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    parts = _parts(chosen, now)
    for begin, sent, begun, one in zip(parts.begins, *_traffic(chosen, parts), strict=True):
        yield begin, sent, begun, one.due, one.reached, one.due - one.reached, one.unreachable


def report_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    """Never what was said, nor what a reporter wrote of it."""
    reports = MessageReport.objects.filter(created_at__gte=_parts(chosen, now).since).order_by("created_at", "pk")
    columns = ("pk", "created_at", "reason", "status", "message__sender", "reporter", "handled_by", "handled_at")
    yield from reports.values_list(*columns).iterator()


def dismiss(key: str, by: Any, now: datetime) -> MessageReport:
    report = _report(key)
    deciding.dismiss(report, by, now=now)
    return report


def uphold(key: str, by: Any, now: datetime) -> MessageReport:
    report = _report(key)
    deciding.uphold(report, by, now=now)
    return report


def suspend(key: str, by: Any, now: datetime) -> User:
    """Of the account: so it takes the right to change accounts, too; and of an operator, all rights."""
    user = User.objects.filter(pk=uuid_or_none(key)).first()
    if user is None:
        raise NoSuchPerson
    if not by.has_perm(MAY_DECIDE) or (user.is_staff and not by.is_superuser):
        raise Forbidden
    deactivate_user(user)
    return user


def _report(key: str) -> MessageReport:
    report = MessageReport.objects.filter(pk=int(key) if key.isdecimal() else None).first()
    if report is None:
        raise NotFound
    return report


def _traffic(chosen: Mapping[str, Any], parts: Parts) -> tuple[list[int], list[int], list[reach.Share]]:
    """Kept for a while, where it is of more than a day."""
    days = chosen["period"] // DAY

    def read() -> tuple[list[int], list[int], list[reach.Share]]:
        return traffic.messages(parts), traffic.conversations(parts), traffic.shares(parts)

    return kept(f"chat.traffic.{days}.{parts.since:%Y%m%d%H}", KEPT_SECONDS if days > 1 else 0, read)


def _parts(chosen: Mapping[str, Any], now: datetime) -> Parts:
    """Hours of a day, six hours each of a week, days of four weeks."""
    days = chosen["period"] // DAY
    return {1: Parts.upto(now, HOUR, 24), 7: Parts.upto(now, 6 * HOUR, 28)}.get(days) or Parts.upto(now, DAY, days)


def _cards_of_now(now: datetime) -> list[Figure]:
    last_hour, last_day = reach.share(now - HOUR, now), reach.share(now - DAY, now)
    backlog = traffic.backlog(now)
    open_reports = moderation.open_reports().count()
    return [
        Figure(
            "Open reports",
            whole(open_reports),
            "somebody is to decide" if open_reports else "all are decided on",
            link=_list("messagereport", "status__exact=open"),
        ),
        Figure(
            "Reached in time",
            share(last_hour.ratio),
            f"of the last hour; {share(last_day.ratio)} of the last day",
            is_alarm=last_hour.ratio is not None and last_hour.ratio < ENOUGH,
            link=_list("reach"),
        ),
        Figure(
            "Nowhere to reach them",
            whole(last_hour.unreachable),
            "no app open and no phone that may be pushed to; the last hour",
        ),
        Figure(
            "Not told yet",
            whole(backlog.untold),
            f"conversations, the oldest for {duration(backlog.age(now))}" if backlog.untold else "nothing waits",
            is_alarm=backlog.untold > 0,
        ),
    ]


def _messages_chart(parts: Parts, sent: Sequence[int]) -> Chart:
    return Chart("sent", "Messages", parts.labels, [Series("messages", sent)])


def _missed_chart(parts: Parts, shares: Sequence[reach.Share]) -> Chart:
    missed = [None if one.ratio is None else round(100 * (1 - one.ratio), 3) for one in shares]
    promised = round(100 * (1 - ENOUGH), 3) if any(one.due for one in shares) else None
    return Chart(
        "missed",
        "Not reached in time",
        parts.labels,
        [Series("missed", missed, "bad"), Series("at most", [promised] * parts.count, "quiet")],
        type="line",
        unit="% of those it was for",
    )


def _list(model: str, query: str = "") -> str:
    address = reverse(f"admin:chat_{model}_changelist")
    return f"{address}?{query}" if query else address


DASHBOARD = Dashboard(
    title="Chat",
    icon="forum",
    template="admin/chat/dashboard.html",
    permission=MAY_LOOK,
    figures=figures,
    filters=ChatFilters,
    tables={
        "traffic": Table(
            ["From", "Messages", "New conversations", "Due", "Reached", "Missed", "Unreachable"], traffic_rows
        ),
        "reports": Table(
            ["Report", "Reported", "Reason", "State", "Sender", "Reporter", "Decided by", "Decided"], report_rows
        ),
    },
    buttons={
        "dismiss": Button("Dismissed", MAY_DECIDE, dismiss),
        "uphold": Button("Message removed", MAY_DECIDE, uphold),
        "suspend": Button("Suspended for reported messages", MAY_SUSPEND, suspend),
    },
)
SUMMARY = Summary("Chat", "forum", MAY_LOOK, summary)
