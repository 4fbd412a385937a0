"""What the dashboard of bookings draws."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bookings.models import Reservation
from bookings.operators.figures import Day, Fates
from bookings.operators.scope import AHEAD, Scope
from core.dashboards import Chart, Series
from core.dashboards import days as dates
from core.dashboards.charts import Tone
from core.money import to_major

Status = Reservation.Status

TONES: Mapping[str, Tone] = {
    Status.COMPLETED: "good",
    Status.CONFIRMED: "primary",
    Status.PENDING: "waiting",
    Status.NO_SHOW: "bad",
    Status.CANCELLED: "quiet",
}
WORDS = {Status.PENDING: "held", Status.NO_SHOW: "nobody came"}
MOST_CURRENCIES = 3


def statuses(fates: Fates, scope: Scope) -> Chart:
    shown = dates(scope.span.start, scope.span.end + AHEAD)
    series = [
        Series(WORDS.get(Status(one), one), [fates.by_day.get((day, one), 0) for day in shown], tone)
        for one, tone in TONES.items()
    ]
    return Chart("statuses", "Reservations by the day they begin", _labels(shown), series, is_stacked=True)


def revenues(days: Mapping[str, Mapping[date, Day]], scope: Scope) -> list[Chart]:
    """One for each currency, the one with most days first."""
    shown = dates(scope.span.start, scope.span.end)
    first = sorted(days, key=lambda currency: (-len(days[currency]), currency))[:MOST_CURRENCIES]
    return [
        Chart(
            f"revenue-{currency}",
            f"Revenue, {currency}",
            _labels(shown),
            [Series("less what was given back", _amounts(days[currency], shown, currency), "good")],
            unit=currency,
        )
        for currency in first
    ]


def made(days: Mapping[str, Mapping[date, Day]], scope: Scope) -> Chart:
    shown = dates(scope.span.start, scope.span.end)
    counts = [_sum(days, day, "created") for day in shown]
    return Chart("made", "Reservations by the day they were made", _labels(shown), [Series("made", counts)])


def utilisation(days: Mapping[str, Mapping[date, Day]], scope: Scope) -> Chart:
    shown = dates(scope.span.start, scope.span.end)
    shares = [_share(_sum(days, day, "used"), _sum(days, day, "offered")) for day in shown]
    series = [Series("of seats times time that could be booked", shares)]
    return Chart("utilisation", "Utilisation", _labels(shown), series, type="line", unit="%")


def _amounts(days: Mapping[date, Day], shown: Iterable[date], currency: str) -> list[float | None]:
    return [float(to_major(days[day].revenue, currency)) if day in days else None for day in shown]


def _sum(days: Mapping[str, Mapping[date, Day]], day: date, figure: str) -> int | None:
    found = [getattr(of_currency[day], figure) for of_currency in days.values() if day in of_currency]
    return sum(found) if found else None


def _share(used: int | None, offered: int | None) -> float | None:
    return round(100 * used / offered, 1) if used is not None and offered else None


def _labels(shown: Sequence[date]) -> list[str]:
    return [f"{day.day} {day:%b}" for day in shown]
