from collections.abc import Iterable
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily

from chat import reach
from chat.operators import moderation, traffic
from chat.operators.dashboard import HOUR
from core.clocks import DAY
from core.figures import FiguresCollector

SPANS = {"hour": HOUR, "day": DAY}


def figures(now: datetime) -> list[GaugeMetricFamily]:
    backlog = traffic.backlog(now)
    return [
        *_reach(now),
        _gauge("untold", "Conversations of which it is not decided whom to push, though it is time.", backlog.untold),
        _gauge("untold_seconds", "How long the oldest of them has waited.", backlog.age(now)),
        _gauge("open_reports", "Reported messages that nobody has decided on.", moderation.open_reports().count()),
    ]


collector = FiguresCollector(figures)


def _reach(now: datetime) -> Iterable[GaugeMetricFamily]:
    ratio = GaugeMetricFamily("chat_reach_ratio", "Reached in time, of those that were due.", labels=["span"])
    readers = GaugeMetricFamily("chat_reach", "Messages, each for each of its readers.", labels=["span", "outcome"])
    for span, length in SPANS.items():
        share = reach.share(now - length, now)
        if share.ratio is not None:
            ratio.add_metric([span], share.ratio)
        readers.add_metric([span, "reached"], share.reached)
        readers.add_metric([span, "missed"], share.due - share.reached)
        readers.add_metric([span, "unreachable"], share.unreachable)
    judged = reach.judged_until()
    age = (now - judged).total_seconds() if judged else 0
    return [ratio, readers, _gauge("reach_age_seconds", "Since when no message was judged.", age)]


def _gauge(name: str, help: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"chat_{name}", help, value=value)
