import re

import pytest
from django.utils import timezone

from accounts import demo as people
from shifts import demo
from shifts.analytics import coverage
from shifts.boards import SPAN
from shifts.models import Employee, Shift, ShiftOffer
from tests.factories.shifts import ShiftFactory
from tests.shifts.hearing import folded, fresh

pytestmark = pytest.mark.django_db


def test_the_demo_hospital_is_made_once_and_has_something_to_show():
    people.people()
    demo.hospital()
    made = (Shift.objects.count(), ShiftOffer.objects.count())
    demo.hospital()

    assert (Shift.objects.count(), ShiftOffer.objects.count()) == made
    assert list(Employee.objects.order_by("pk").values_list("pk", flat=True)) == [123, 124, 125, 126, 127]
    now = timezone.now()
    shown = coverage(now - SPAN, now + SPAN, now)
    assert shown.offers_pending > 0
    assert 0 < shown.fill_rate < 1
    assert 0 < shown.acceptance_rate < 1
    nurse = Employee.objects.get(pk=123).user
    assert folded(nurse).items() <= fresh(nurse).items()


def test_the_ways_in_carry_tokens_that_open(client):
    people.people()
    demo.hospital()

    lines = demo.ways_in("127.0.0.1:8000")

    token = lines[2].split("token=")[1].rstrip('"')
    assert client.get(f"/api/shift_offers/pending/123?token={token}").status_code == 200
    assert "ws://127.0.0.1:8000/ws/123?token=" in lines[2]
    assert f"send_offer/123?shift_id={number_offered()}&" in lines[3]


def test_the_ways_in_work_again_after_they_were_used():
    people.people()
    demo.hospital()
    taken = number_offered()
    ShiftFactory(pk=taken)

    assert number_offered() > taken
    assert not Shift.objects.filter(pk=number_offered()).exists()


def number_offered() -> int:
    [number] = re.findall(r"shift_id=(\d+)&", demo.ways_in("127.0.0.1:8000")[3])
    return int(number)
