"""The parts of the socket's adapter; whole dialogues are in tests/flows."""

import asyncio
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.identity import Identity
from core.errors import Forbidden
from realtime import selectors as streams
from realtime.selectors import Range
from shifts import delivery, selectors, services
from shifts.consumers import Deliveries, ShiftOfferConsumer
from tests.factories.shifts import EmployeeFactory, ShiftFactory


def identity(employee):
    return Identity(employee.user_id, None, timezone.now() + timedelta(days=1), False, True)


def consumer(emp_id):
    made = ShiftOfferConsumer()
    made.scope = {"url_route": {"kwargs": {"emp_id": emp_id}}}
    return made


@pytest.mark.django_db
class TestAdmission:
    def test_an_employee_may_listen_to_her_own_offers(self, nurse):
        consumer(nurse.pk).admit(identity(nurse))

    @pytest.mark.parametrize("stranger", [0, 77, 2**70])
    def test_nobody_listens_under_another_number(self, nurse, colleague, stranger):
        for emp_id in (colleague.pk, stranger):
            with pytest.raises(Forbidden):
                consumer(emp_id).admit(identity(nurse))

    def test_an_employee_who_has_left_is_not_let_in(self, db):
        gone = EmployeeFactory(is_active=False)

        with pytest.raises(Forbidden):
            consumer(gone.pk).admit(identity(gone))


@pytest.mark.django_db(transaction=True)
class TestWords:
    async def test_an_offer_becomes_one_frame_and_nothing_else_does(self, now):
        def tell():
            nurse = EmployeeFactory()
            shift = services.offer_shift(ShiftFactory(pk=123), now=now)
            services.accept_offer(selectors.offer_of(nurse.user, shift.pk), now=now)
            services.cancel_shift(shift, now=now)
            return nurse, shift

        nurse, shift = await asyncio.to_thread(tell)
        listening = consumer(nurse.pk)
        listening.emp_id = nurse.pk
        stored = await asyncio.to_thread(lambda: streams.stored_events([Range(nurse.user_id, 0, 3)])[nurse.user_id])

        frames = [listening.frame(json.loads(event.frame)) for event in stored]

        assert frames == [
            {
                "type": "shift_offer",
                "shift_id": 123,
                "date": shift.date.isoformat(),
                "start_time": "09:00",
                "end_time": "17:00",
                "location_name": "Willow Place",
                "client_name": "Ms. Frost",
                "service_type": "Home Care",
                "description": None,
            },
            None,
            None,
        ]

    async def test_what_was_written_is_noted_once_for_all_of_a_burst(self, now):
        def make():
            nurses = [EmployeeFactory(), EmployeeFactory()]
            return nurses, services.offer_shift(ShiftFactory(), now=now)

        nurses, shift = await asyncio.to_thread(make)
        deliveries = Deliveries()
        for nurse in nurses:
            deliveries.note(nurse.pk, shift.pk)
        await deliveries._noting

        delivered = await asyncio.to_thread(lambda: set(shift.offers.values_list("delivered_at", flat=True)))
        assert len(delivered) == 1
        assert None not in delivered

    def test_on_connecting_she_is_shown_what_no_socket_of_hers_was(self, now):
        nurse = EmployeeFactory()
        shown = services.offer_shift(ShiftFactory(), now=now)
        waiting = services.offer_shift(ShiftFactory(), now=now)
        rejected = services.offer_shift(ShiftFactory(), now=now)
        delivery.mark_delivered([(nurse.pk, shown.pk)], now)
        services.reject_offer(selectors.offer_of(nurse.user, rejected.pk), now=now)

        listening = consumer(nurse.pk)
        listening.admit(identity(nurse))
        greeting = listening.greet(identity(nurse))

        assert greeting.state.head == 4
        assert next(iter(greeting.frames))["shift_id"] == waiting.pk
        assert [offer.shift_id for offer in selectors.undelivered_offers(nurse.user_id, now)] == [waiting.pk]


@pytest.mark.django_db
def test_the_first_delivery_counts(nurse, offered, now):
    shift = offered()

    delivery.mark_delivered([(nurse.pk, shift.pk)], now)
    delivery.mark_delivered([(nurse.pk, shift.pk)], now + timedelta(hours=1))

    assert shift.offers.get().delivered_at == now
