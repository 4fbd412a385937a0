from datetime import timedelta

import pytest
from django.utils import timezone

from payments.models import Payment, Refund, WebhookEvent
from payments.operators import figures
from tests.dashboards import card, exported, operator, queries, said
from tests.factories.accounts import UserFactory
from tests.factories.payments import PaymentFactory, WebhookEventFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/dashboards/payments/"
DAY = timedelta(days=1)


def paid(**facts: object) -> Payment:
    return PaymentFactory(**{"status": "succeeded", "captured": 1250, **facts})


def refused(payment: Payment) -> Refund:
    return Refund.objects.create(payment=payment, amount=250, reason="late", status="failed", created_at=timezone.now())


def dead() -> WebhookEvent:
    return WebhookEventFactory(state="dead", error="Nobody answers.")


def test_payments_are_counted_by_day_and_state_and_money_by_currency():
    now = timezone.now()
    paid()
    paid(status="partially_refunded", refunded=250)
    paid(currency="JPY", amount=900, captured=900)
    PaymentFactory()
    PaymentFactory(status="cancelled")
    paid(created_at=now - 60 * DAY)

    context = figures({"period": 28 * DAY}, now)

    assert {one.label: sum(one.values) for one in context["payments"].series} == {"paid": 3, "waiting": 1, "over": 1}
    assert [(one.value, one.hint) for one in context["cards"] if one.label == "Paid"] == [
        ("25.00 EUR", "2 payments; 2.50 EUR went back"),
        ("900 JPY", "1 payments; 0 JPY went back"),
    ]
    assert sum(bar.count for bar in context["states"]) == 5


def test_what_failed_is_an_alarm_and_is_listed(office):
    event, refund = dead(), refused(paid(status="partially_refunded"))

    page = office.get(PAGE)

    found = card(page.context["cards"], "Webhooks to read")
    assert (found.value, found.hint, found.is_alarm) == ("0", "nothing waits; 1 failed", True)
    assert (list(page.context["dead"]), list(page.context["refused"])) == ([event], [refund])


def test_a_webhook_is_read_again_by_a_button(client):
    client.force_login(operator("payments.view_payment", "payments.change_webhookevent"))
    event = dead()

    answer = client.post(PAGE, {"press": "read_again", "on": event.pk}, follow=True)

    assert said(answer) == [f"To be read again: {event}"]
    assert WebhookEvent.objects.get().state == "waiting"


def test_who_may_only_look_presses_nothing(client):
    client.force_login(operator("payments.view_payment"))
    event = dead()

    assert 'name="press"' not in client.get(PAGE).text
    assert client.post(PAGE, {"press": "read_again", "on": event.pk}).status_code == 403


def test_without_the_right_there_is_nothing_to_see(client):
    client.force_login(UserFactory(is_staff=True))

    assert client.get(PAGE).status_code == 403


def test_days_are_exported(office):
    payment = paid(refunded=250, status="partially_refunded")

    day = f"{payment.created_at:%Y-%m-%d}"
    assert exported(office, PAGE, "days")[1:] == [[day, "EUR", "1", "1250", "250"]]


def test_it_costs_the_same_for_much_as_for_little(office):
    refused(paid())
    dead()
    few = queries(office, PAGE)
    for _ in range(5):
        refused(paid())
        dead()
        PaymentFactory(status="cancelled")

    assert queries(office, PAGE) == few
