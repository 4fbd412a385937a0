"""Crowds of professionals, as hands bring them into a deployment: with phones, or spread over a country."""

import time
from collections.abc import Sequence
from math import cos, degrees, pi, radians, sqrt
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from core.sealing import fingerprint, seal
from dispatch import matching, selectors
from dispatch.conf import POLICIES, RINGS_KM, limits
from dispatch.geo import EARTH_RADIUS_KM
from dispatch.models import DamageReport, EstimateRequest, Professional
from dispatch.services import estimates, professionals, reports
from notifications.models import Device
from tests.factories.dispatch import CIVIC, KINGSTON

URGENT = DamageReport.Priority.URGENT
AT_ONCE = 2000  # rows of an INSERT


def register(users: Sequence[UUID], town: dict[str, float]) -> None:
    """They are approved professionals now: of Kingston, unless it is said otherwise, and not all of one street."""
    dice, town = Random(0), {**KINGSTON, **town}
    Professional.objects.bulk_create(
        Professional(
            user_id=user,
            business_name=f"Garage {n}",
            is_approved=True,
            latitude=town["latitude"] + dice.uniform(-0.1, 0.1),
            longitude=town["longitude"] + dice.uniform(-0.1, 0.1),
        )
        for n, user in enumerate(users)
    )


def approve(user: UUID) -> None:
    professionals.approve(Professional.objects.get(pk=user))


def give_phones(users: Sequence[UUID]) -> list[str]:
    """An Android phone each: their addresses."""
    now = timezone.now()
    phones = {user: f"phone-{uuid4().hex}" for user in users}
    Device.objects.bulk_create(
        Device(
            user_id=user, address=seal(phone), fingerprint=fingerprint(phone), last_registered_at=now, last_seen_at=now
        )
        for user, phone in phones.items()
    )
    return list(phones.values())


def block(blocker: UUID, blocked: UUID) -> None:
    professionals.block(User.objects.get(pk=blocker), User.objects.get(pk=blocked))


def open_report(owner: UUID, facts: dict[str, Any]) -> str:
    return str(reports.open_report(User.objects.get(pk=owner), **{**CIVIC, **facts}, now=timezone.now()).pk)


def accept_and_look_at_the_clock(owner: UUID, estimate_id: UUID) -> float:
    """When it was committed, or a little later."""
    estimate = selectors.estimate_to_decide(User.objects.get(pk=owner), estimate_id)
    estimates.accept_estimate(estimate, now=timezone.now())
    return time.time()


def send_everybody_home() -> None:
    Professional.objects.update(is_available=False)


def requests_of(report_id: UUID) -> list[str]:
    """The state of each."""
    return list(EstimateRequest.objects.filter(report=report_id).order_by("pk").values_list("status", flat=True))


# A country


def settle_country(people: int, near: int) -> None:
    """So many live evenly spread over a square, with so many of them in the ring of an urgent report in its middle."""
    ring_km = RINGS_KM[POLICIES[URGENT].ring]
    half = degrees(sqrt(people / near * pi) * ring_km / EARTH_RADIUS_KM) / 2
    dice, middle = Random(0), KINGSTON["latitude"]
    for start in range(0, people, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, people))
        users = User.objects.bulk_create(User(email=f"garage{n}@country.test") for n in numbers)
        Professional.objects.bulk_create(
            Professional(
                user=user,
                business_name="Garage",
                is_approved=True,
                radius_km=500,
                latitude=middle + dice.uniform(-half, half),
                longitude=KINGSTON["longitude"] + dice.uniform(-half, half) / cos(radians(middle)),
            )
            for user in users
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def report_in_the_middle() -> str:
    """Nobody was asked yet."""
    owner = User.objects.create(email=f"owner{uuid4().hex}@country.test")
    return open_report(owner.pk, {"priority": URGENT})


def count_candidates(report_id: UUID) -> int:
    return _candidates(report_id).count()


def explain_candidates(report_id: UUID) -> str:
    """How the database finds the first lot of them."""
    plan: str = _candidates(report_id)[: limits.lot].explain()
    return plan


def time_candidates(report_id: UUID, times: int) -> list[float]:
    """Milliseconds until the first lot of them was read."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        list(_candidates(report_id)[: limits.lot])
        took.append((time.perf_counter() - start) * 1000)
    return took


def _candidates(report_id: UUID) -> QuerySet[Professional]:
    return matching.candidates(DamageReport.objects.get(pk=report_id), timezone.now())
