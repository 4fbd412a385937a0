"""The dashboard of payments: what was paid, what waits for a gateway, and what needs somebody."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse

from core.dashboards import Bar, Button, Chart, Dashboard, Figure, Filters, Series, Summary, Table, bars, days, period
from core.dashboards.charts import Tone
from core.errors import NotFound
from core.ids import first_of
from core.money import formatted
from core.templatetags.figures import duration, whole
from payments import services
from payments.backlog import Backlog, backlogs
from payments.models import Payment, Refund, WebhookEvent

MAY_LOOK = "payments.view_payment"
MAY_READ_AGAIN = "payments.change_webhookevent"
FIRST = 12
LATE = 600.0  # seconds something may wait for a gateway
Status = Payment.Status
TONES: dict[str, Tone] = {"paid": "good", "waiting": "waiting", "over": "quiet"}


class PaymentFilters(Filters):
    period = period(7, 28, 90, initial=28)


def figures(chosen: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    since = now - chosen["period"]
    counted = _counted(since)
    return {
        "cards": [*_cards_of_now(backlogs(now)), *_cards_of_money(since)],
        "payments": _chart(counted, days(since, now)),
        "states": _states(counted),
        "dead": WebhookEvent.objects.filter(state=WebhookEvent.State.DEAD).order_by("-received_at")[:FIRST],
        "refused": _refused()[:FIRST],
    }


def summary(now: datetime) -> list[Figure]:
    return _cards_of_now(backlogs(now))


def day_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    """Amounts are in minor units, of each currency apart."""
    groups = _begun(now - chosen["period"]).values_list(TruncDate("created_at", tzinfo=UTC), "currency")
    sums = groups.annotate(count=Count("pk"), captured=Sum("captured"), refunded=Sum("refunded"))
    yield from sorted(sums)


def read_again(key: str, by: Any, now: datetime) -> WebhookEvent:
    event = WebhookEvent.objects.filter(pk=int(key) if key.isdecimal() else None).first()
    if event is None:
        raise NotFound
    services.read_again(event, now=now)
    return event


def _begun(since: datetime) -> QuerySet[Payment]:
    """Index: ids, which are as old as their payments."""
    return Payment.objects.filter(id__gte=first_of(since), created_at__gte=since).order_by()


def _counted(since: datetime) -> list[tuple[date, str, int]]:
    """How many payments were begun each day, by their status now."""
    groups = _begun(since).values_list(TruncDate("created_at", tzinfo=UTC), "status")
    return list(groups.annotate(count=Count("pk")))


def _refused() -> QuerySet[Refund]:
    """Money that a gateway would not give back."""
    return Refund.objects.filter(status=Refund.Status.FAILED).select_related("payment__payer").order_by("-created_at")


def _cards_of_now(waiting: Iterable[Backlog]) -> list[Figure]:
    names = {"webhooks": ("Webhooks to read", "webhookevent"), "commands": ("Asked of gateways", "gatewaycommand")}
    return [
        Figure(
            label,
            whole(one.waiting),
            _waits(one),
            is_alarm=one.failed > 0 or one.age > LATE,
            link=_list(model, "state__exact=waiting"),
        )
        for one in waiting
        for label, model in [names[one.name]]
    ]


def _waits(backlog: Backlog) -> str:
    waits = f"the oldest for {duration(backlog.age)}" if backlog.waiting else "nothing waits"
    return f"{waits}; {whole(backlog.failed)} failed" if backlog.failed else waits


def _cards_of_money(since: datetime) -> list[Figure]:
    sums = _begun(since).filter(captured__gt=0).values_list("currency")
    return [
        Figure("Paid", formatted(captured, currency), f"{whole(count)} payments; {formatted(back, currency)} went back")
        for currency, captured, back, count in sorted(
            sums.annotate(captured=Sum("captured"), refunded=Sum("refunded"), count=Count("pk"))
        )
    ]


def _chart(counted: Iterable[tuple[date, str, int]], shown: Sequence[date]) -> Chart:
    found: defaultdict[tuple[date, str], int] = defaultdict(int)
    for day, status, count in counted:
        found[day, _sort(status)] += count
    labels = [f"{day.day} {day:%b}" for day in shown]
    series = [Series(name, [found[day, name] for day in shown], tone) for name, tone in TONES.items()]
    return Chart("payments", "Payments by the day they were begun", labels, series, is_stacked=True)


def _sort(status: str) -> str:
    if status in Payment.UNSETTLED:
        return "waiting"
    return "paid" if status in Payment.PAID else "over"


def _states(counted: Iterable[tuple[date, str, int]]) -> list[Bar]:
    sums: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for _, status, count in counted:
        sums[(Status(status).label.lower(),)] += count
    links = {(status.label.lower(),): _list("payment", f"status__exact={status}") for status in Status}
    return bars(sums, links=links)


def _list(model: str, query: str) -> str:
    return f"{reverse(f'admin:payments_{model}_changelist')}?{query}"


DASHBOARD = Dashboard(
    title="Payments",
    icon="payments",
    template="admin/payments/dashboard.html",
    permission=MAY_LOOK,
    figures=figures,
    filters=PaymentFilters,
    tables={"days": Table(["Day", "Currency", "Payments", "Captured", "Refunded"], day_rows)},
    buttons={"read_again": Button("To be read again", MAY_READ_AGAIN, read_again)},
)
SUMMARY = Summary("Payments", "payments", MAY_LOOK, summary)
