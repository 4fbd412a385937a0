"""What those who work for a provider look at together, and that nobody else may."""

import json
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from bookings import boards
from bookings.models import Reservation
from bookings.services import reservations
from realtime.boards import open_board
from realtime.errors import UnknownBoard
from realtime.kinds import encode
from realtime.models import Board, BoardChange, Connection, Node
from tests.factories.accounts import UserFactory
from tests.factories.bookings import ProviderFactory, ServiceFactory, on_the_hour

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = 24 * HOUR


@pytest.fixture
def staff(provider):
    member = UserFactory()
    provider.staff.add(member)
    return member


def come(user):
    """With a socket that is open."""
    Node.objects.create(name="web", role=Node.Role.WEB, seen_at=timezone.now())
    Connection.objects.create(user=user, device="phone", protocol="stream", node="web", since=timezone.now())


def named(provider):
    return {f"{kind}:{provider.pk}" for kind in (boards.PROVIDER, boards.AGENDA)}


def agenda(provider):
    return boards.show_agenda(str(provider.pk))


class TestReaders:
    def test_they_are_for_those_who_work_there(self, provider, staff, customer):
        elsewhere = ProviderFactory(owner=customer, staff=[staff])
        users = [provider.owner_id, staff.pk, customer.pk, UserFactory(is_staff=True).pk]

        for kind in (boards.BOARDS[boards.PROVIDER], boards.BOARDS[boards.AGENDA]):
            assert kind.readers(str(provider.pk), users) == {provider.owner_id, staff.pk}
            assert kind.readers(str(elsewhere.pk), users) == {customer.pk, staff.pk}

    @pytest.mark.parametrize("argument", ["", "nonsense", "00000000-0000-7000-8000-000000000000"])
    def test_there_is_none_of_what_is_no_provider(self, provider, argument):
        assert boards.those_who_work_there(argument, [provider.owner_id]) == set()

    def test_who_has_left_sees_them_no_more(self, provider, staff):
        provider.staff.remove(staff)

        with pytest.raises(UnknownBoard):
            open_board(staff.pk, f"{boards.PROVIDER}:{provider.pk}")


class TestAgenda:
    def test_it_says_who_comes_when_and_for_what(self, service, provider, reserve):
        sara = UserFactory(full_name="Sara Ahmed Ali", email="sara@guest.test")
        soon = on_the_hour(1)
        reservation = reserve(service, sara, start_at=soon, seats=2, notes="Knees", attendees=[{"name": "Omar"}])

        [shown] = agenda(provider)["reservations"]

        assert shown == {
            "reservation_id": str(reservation.pk),
            "service_id": str(service.pk),
            "service_name": "Massage",
            "start_at": f"{soon:%Y-%m-%dT%H:%M:%S}Z",
            "end_at": f"{soon + HOUR:%Y-%m-%dT%H:%M:%S}Z",
            "seats": 2,
            "name": "Sara A.",
            "status": "confirmed",
            "payment_status": "completed",
        }

    def test_it_says_nothing_else_of_the_customer(self, service, provider, reserve):
        guest = UserFactory(full_name="Sara MARK", email="mark@guest.test", phone="+201005550199")
        reserve(service, guest, start_at=on_the_hour(1), notes="MARK", attendees=[{"name": "MARK"}])

        text = json.dumps(agenda(provider), default=str)

        assert ("mark" in text.lower(), "5550199" in text, "Sara M." in text) == (False, False, True)

    def test_it_is_of_today_and_tomorrow_by_the_providers_clocks(self, reserve, now):
        service = ServiceFactory(provider=ProviderFactory(zone="Pacific/Kiritimati"))
        hours = [reserve(service, start_at=on_the_hour(ahead)).start_at for ahead in range(1, 72)]
        clocks = now + 14 * HOUR
        after_tomorrow = (clocks + 2 * DAY).replace(hour=0, minute=0, second=0, microsecond=0) - 14 * HOUR

        shown = [one["start_at"] for one in agenda(service.provider)["reservations"]]

        assert shown == [f"{hour:%Y-%m-%dT%H:%M:%S}Z" for hour in hours if hour < after_tomorrow]

    def test_who_does_not_come_is_not_on_it(self, service, paid_service, reserve, now):
        cancelled = reserve(service, start_at=on_the_hour(1))
        reservations.cancel_reservation(cancelled, by=Reservation.By.USER, now=now)
        lapsed = reserve(paid_service, start_at=on_the_hour(1))
        Reservation.objects.filter(pk=lapsed.pk).update(hold_expires_at=now)
        held = reserve(paid_service, start_at=on_the_hour(1))

        assert agenda(service.provider)["reservations"] == []
        assert [one["reservation_id"] for one in agenda(paid_service.provider)["reservations"]] == [str(held.pk)]

    def test_of_more_than_fit_those_who_are_gone_are_left_out_first(self, provider, reserve, now):
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        for minutes, capacity in ((5, boards.MOST - 1), (24 * 60 - 5, 5)):
            service = ServiceFactory(provider=provider, duration_minutes=5, capacity=capacity)
            first = reserve(service, start_at=midnight + DAY, seats=capacity)
            start_at = midnight + minutes * timedelta(minutes=1)
            copies = [
                Reservation(
                    user=first.user, provider=provider, service=service, slot=first.slot, service_name="Massage",
                    provider_name="Spa", start_at=start_at, end_at=start_at + timedelta(minutes=5), zone="UTC",
                    seats=1, status="completed", price=0, currency="EGP", created_at=now, updated_at=now,
                    confirmed_at=now,
                )
                for _ in range(capacity)
            ]  # fmt: skip
            Reservation.objects.bulk_create(copies)
            first.delete()

        shown = agenda(provider)

        late = f"{midnight + DAY - timedelta(minutes=5):%Y-%m-%dT%H:%M:%S}Z"
        assert (shown["total"], len(shown["reservations"])) == (boards.MOST + 4, boards.MOST)
        assert [one["start_at"] for one in shown["reservations"]].count(late) == 5


class TestFigures:
    def test_the_board_shows_what_analytics_count(self, service, provider, reserve):
        reserve(service)

        board = json.loads(encode(boards.show_provider(str(provider.pk))))

        assert (board["totalReservations"], board["todayReservations"], board["zone"]) == (1, 1, "UTC")
        assert datetime.fromisoformat(board["as_of"]) <= timezone.now()
        assert board["series"][-1]["created"] == 1


class TestTouching:
    def changed(self):
        return {name for name in BoardChange.objects.values_list("board", flat=True) if name != boards.OVERVIEW}

    def test_whatever_happens_to_a_reservation_shows(self, service, provider, reserve, now):
        reservation = reserve(service)
        assert self.changed() == named(provider)
        assert BoardChange.objects.filter(board=boards.OVERVIEW).exists()
        BoardChange.objects.all().delete()

        reservations.cancel_reservation(reservation, by=Reservation.By.USER, now=now)

        assert self.changed() == named(provider)

    def test_money_shows(self, reserve, now):
        service = ServiceFactory(provider=ProviderFactory(accepts_cash=True), price=500_00, requires_payment=False)
        reservation = reserve(service)
        BoardChange.objects.all().delete()

        reservations.take_cash(reservation, now=now)

        assert self.changed() == named(service.provider)

    def test_time_shows_to_those_who_are_there(self, provider, staff):
        others = ProviderFactory()
        for board in [*named(provider), *named(others)]:
            Board.objects.create(pk=board)
        boards.touch_watched()
        assert self.changed() == set()

        come(staff)
        boards.touch_watched()

        assert self.changed() == named(provider)
