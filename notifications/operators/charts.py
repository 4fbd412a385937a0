"""What the dashboard draws."""

from collections.abc import Sequence

from django.urls import reverse

from core.dashboards import Bar, Chart, Series, bars
from core.dashboards.charts import Tone
from core.templatetags.figures import share
from notifications import trees
from notifications.operators import insight
from notifications.operators.insight import Outcome, Tally
from notifications.operators.windows import Window
from notifications.operators.wording import CHANNELS

TONES: dict[str, Tone] = {trees.FCM: "primary", trees.ONESIGNAL: "quiet", trees.EMAIL: "good", trees.SMS: "waiting"}
PERCENTILES: dict[str, Tone] = {"half": "good", "95 %": "waiting", "99 %": "bad"}


def charts(shown: Window) -> dict[str, Chart]:
    parts, by_channel, waits = shown.parts, shown.by_channel, shown.waits
    sums = [_sum(tallies) for tallies in zip(*by_channel.values(), strict=True)] or [Tally()] * parts.count
    rates = [
        Series(CHANNELS.get(channel, channel), [_percent(one.rate) for one in tallies], TONES.get(channel, "primary"))
        for channel, tallies in by_channel.items()
    ]
    return {
        "planned": Chart(
            "planned",
            "Planned deliveries, by what became of them",
            parts.labels,
            [
                Series("handed over", [one.handed_over for one in sums], "good"),
                Series("lost", [one.lost for one in sums], "bad"),
                Series("waiting", [one.waiting for one in sums], "waiting"),
            ],
            is_stacked=True,
        ),
        "rates": Chart("rates", "Delivery rate by channel", parts.labels, rates, type="line", unit="%"),
        "waits": Chart(
            "waits",
            "From the commit to the hand-over",
            parts.labels,
            [
                Series(name, [None if one is None else round(one[place], 2) for one in waits], tone)
                for place, (name, tone) in enumerate(PERCENTILES.items())
            ],
            type="line",
            unit="seconds",
        ),
    }


def _sum(tallies: Sequence[Tally]) -> Tally:
    total = Tally()
    for one in tallies:
        total.add(one)
    return total


def _percent(rate: float | None) -> float | None:
    return None if rate is None else round(100 * rate, 2)


def funnel(shown: Window) -> list[Bar]:
    """Each step of those before it; only apps confirm what follows the hand-over."""
    told, total = shown.told, shown.total
    to_go = total.count - total.out
    steps = [
        ("Told", "notices", told.count),
        ("Planned", "notices", told.planned),
        ("To go", "deliveries", to_go),
        ("Handed over", share(insight.ratio(total.handed_over, to_go)), total.handed_over),
        ("Received", share(total.received_rate), total.received),
        ("Opened", share(total.opened_rate), total.opened),
    ]
    most = max(count for _, _, count in steps) or 1
    return [Bar((step, about), count, 100 * count / most) for step, about, count in steps]


def failures(outcomes: Sequence[Outcome]) -> list[Bar]:
    counts = insight.failures(outcomes)
    links = {words: _deliveries(f"state__exact={words[1]}&code={words[2]}") for words in counts}
    return bars(counts, links=links)


def skips(outcomes: Sequence[Outcome]) -> list[Bar]:
    counts = insight.skips(outcomes)
    return bars(counts, links={words: _deliveries(f"reason={words[0]}") for words in counts})


def _deliveries(query: str) -> str:
    return f"{reverse('admin:notifications_delivery_changelist')}?{query}"
