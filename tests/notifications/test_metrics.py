from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from notifications.models import ChannelHealth, Delivery
from notifications.operators import metrics
from notifications.operators.metrics import FiguresCollector
from tests.factories.notifications import DeliveryFactory, DeviceFactory, NoticeFactory

State = Delivery.State
SECOND = timedelta(seconds=1)


def text(collector: FiguresCollector) -> list[str]:
    """As it is scraped."""
    registry = CollectorRegistry()
    registry.register(collector)
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


@pytest.mark.django_db
def test_the_figures_are_those_of_the_rows():
    now = timezone.now()
    notice = NoticeFactory(created_at=now - 2 * SECOND, planned_at=now)
    DeliveryFactory(notice=notice, lane="fcm.ios", state=State.ACCEPTED, ended_at=now, received_at=now)
    DeliveryFactory(lane="fcm.ios", state=State.FAILED, code="TOO_BIG", notice__planned_at=now)
    DeliveryFactory(lane="sms", channel="sms", state=State.SKIPPED, reason="muted", notice__planned_at=now)
    DeliveryFactory(lane="sms", channel="sms", due_at=now - 3 * SECOND, notice__planned_at=now)
    NoticeFactory(created_at=now - SECOND)
    ChannelHealth.objects.create(name="email", state="open", opened_at=now, retry_at=now)
    DeviceFactory()

    lines = text(metrics.collector)

    for line in [
        'notifications_deliveries_last_hour{lane="fcm.ios",state="accepted"} 1.0',
        'notifications_delivery_ratio_last_hour{channel="fcm"} 0.5',
        'notifications_received_ratio_last_hour{channel="fcm"} 1.0',
        'notifications_opened_ratio_last_hour{channel="fcm"} 0.0',
        'notifications_failures_last_hour{channel="fcm",code="TOO_BIG",state="failed"} 1.0',
        'notifications_skipped_last_hour{channel="sms",reason="muted"} 1.0',
        'notifications_queue{lane="sms",state="due"} 1.0',
        'notifications_queue{lane="email",state="due"} 0.0',
        'notifications_breaker_open{name="email"} 1.0',
        "notifications_unplanned 1.0",
        "notifications_held_by_quiet_hours 0.0",
        'notifications_devices{platform="android",state="fresh"} 1.0',
        'notifications_device_changes_last_day{what="died"} 0.0',
    ]:
        assert line in lines
    values = dict(line.rsplit(" ", 1) for line in lines)
    labels = 'channel="fcm",held="false",kind="sample_news",quantile="0.95"'
    dwell = float(values[f"notifications_dwell_seconds_last_hour{{{labels}}}"])
    age = float(values['notifications_queue_age_seconds{lane="sms"}'])
    assert (round(dwell, 1), 3 <= age < 60) == (2.0, True)
    assert 'notifications_delivery_ratio_last_hour{channel="sms"}' not in values


@pytest.mark.django_db
def test_figures_cost_a_fixed_number_of_queries(django_assert_num_queries):
    for _ in range(5):
        DeliveryFactory()

    with django_assert_num_queries(8):
        metrics.figures(timezone.now())


def test_figures_are_read_once_for_many_scrapes():
    reads = []

    def read(now):
        reads.append(now)
        return [GaugeMetricFamily("notifications_unplanned", "", value=len(reads))]

    collector = FiguresCollector(read)

    assert [text(collector), text(collector)] == [["notifications_unplanned 1.0"]] * 2
    assert len(reads) == 1


def test_without_a_database_there_are_no_figures_and_no_failure(caplog):
    def read(now):
        raise OperationalError("the database is away")

    assert text(FiguresCollector(read)) == []
    assert [record.message for record in caplog.records] == ["figures_unavailable"]


def test_the_database_is_not_asked_when_the_process_starts():
    def read(now):
        raise AssertionError

    CollectorRegistry(auto_describe=True).register(FiguresCollector(read))


@pytest.mark.django_db
def test_the_metrics_of_a_process_hold_them(client):
    assert "notifications_unplanned " in client.get("/metrics").text
