"""The parts of the socket's adapter; whole dialogues are in tests/flows."""

import asyncio
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.identity import Identity
from core.errors import Forbidden
from realtime import selectors as streams
from realtime.models import Stream
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


def on_the_air(employee):
    """The adapter of an open socket, and all that is written to it by itself."""
    written = []

    async def send(message):
        written.append(message)

    listening = consumer(employee.pk)
    listening.emp_id = employee.pk
    listening.connection = listening._connect(identity(employee), send)
    return listening, written


def heard_by(employee):
    head = Stream.objects.get(pk=employee.user_id).head
    stored = streams.stored_events([Range(employee.user_id, 0, head)])[employee.user_id]
    return [json.loads(event.frame) for event in stored]


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
        listening, _ = on_the_air(nurse)
        events = await asyncio.to_thread(heard_by, nurse)

        frames = [listening.frame(event) for event in events]

        assert {"shift_offered", "offer_accepted", "shift_cancelled"} <= {event["event"][7:] for event in events}
        assert [frame for frame in frames if frame] == [
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
        ]

    async def test_after_the_notice_of_an_offer_she_is_asked_whether_she_reads(self, now):
        def tell():
            nurse = EmployeeFactory()
            services.offer_shift(ShiftFactory(), now=now)
            return nurse

        nurse = await asyncio.to_thread(tell)
        listening, written = on_the_air(nurse)
        said = {}
        for event in await asyncio.to_thread(heard_by, nurse):
            listening.frame(event)
            await asyncio.sleep(0)
            said[event["event"]] = len(written)

        assert list(said.items()) == [
            ("shifts.shift_offered", 0),
            ("notifications.notice_added", 1),
            ("notifications.inbox_changed", 1),
        ]
        assert [json.loads(message["text"]) for message in written] == [{"type": "ping"}]

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

        assert greeting.state.head == Stream.objects.get(pk=nurse.user_id).head
        assert next(iter(greeting.frames))["shift_id"] == waiting.pk
        assert [offer.shift_id for offer in selectors.undelivered_offers(nurse.user_id, now)] == [waiting.pk]


@pytest.mark.django_db
def test_the_first_delivery_counts(nurse, offered, now):
    shift = offered()

    delivery.mark_delivered([(nurse.pk, shift.pk)], now)
    delivery.mark_delivered([(nurse.pk, shift.pk)], now + timedelta(hours=1))

    assert shift.offers.get().delivered_at == now
