from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from payments.models import Payment, WebhookEvent
from tests.factories.accounts import UserFactory
from tests.sample import tickets
from tests.sample.models import Ticket


class TicketFactory(DjangoModelFactory):
    class Meta:
        model = Ticket


class PaymentFactory(DjangoModelFactory):
    """One of 12.50 euros, of which the gateway knows, and that nobody has paid."""

    class Meta:
        model = Payment
        exclude = ["ticket"]

    ticket = factory.SubFactory(TicketFactory)
    subject_kind = tickets.KIND
    subject_key = factory.LazyAttribute(lambda payment: str(payment.ticket.pk))
    payer = factory.SubFactory(UserFactory)
    payee = "box office"
    gateway = "stripe"
    intent_id = factory.LazyFunction(lambda: f"pi_{uuid4().hex[:24]}")
    amount = 1250
    currency = "EUR"
    created_at = factory.LazyFunction(timezone.now)


class WebhookEventFactory(DjangoModelFactory):
    """One that is to be read."""

    class Meta:
        model = WebhookEvent

    gateway = "stripe"
    event_id = factory.LazyFunction(lambda: f"evt_{uuid4().hex[:24]}")
    type = "payment_intent.succeeded"
    intent_id = factory.LazyFunction(lambda: f"pi_{uuid4().hex[:24]}")
    payload = "{}"
    next_at = factory.LazyFunction(timezone.now)
    occurred_at = factory.LazyFunction(timezone.now)
    received_at = factory.LazyFunction(timezone.now)
    waiting_since = factory.SelfAttribute("received_at")
