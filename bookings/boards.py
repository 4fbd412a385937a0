"""Figures that those who work for a provider look at together, or operators, and that may lag a second behind."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from accounts.selectors import active_staff
from bookings import analytics, selectors
from bookings.models import Provider, ProviderStats, Reservation
from bookings.schedule import local_date
from bookings.serializers import AgendaOut
from core.clocks import DAY, local_day
from core.ids import uuid_or_none
from core.unit import unit
from realtime import presence
from realtime.boards import BoardKind, split, touch
from realtime.models import Board

PROVIDER = "bookings.provider"
AGENDA = "bookings.agenda"
OVERVIEW = "bookings.overview"

MOST = 200

Status = Reservation.Status


def touch_provider(provider_id: UUID) -> None:
    touch(f"{PROVIDER}:{provider_id}", f"{AGENDA}:{provider_id}", OVERVIEW)


@unit
def touch_watched() -> None:
    """Beat: the clock moves them too. Those that somebody of the team is there to see."""
    names = [*Board.objects.filter(name__startswith=f"{PROVIDER}:").values_list("name", flat=True)]
    names += Board.objects.filter(name__startswith=f"{AGENDA}:").values_list("name", flat=True)
    watched = {UUID(split(name)[1]) for name in names}
    teams = list(Provider.objects.filter(pk__in=watched).values_list("pk", "owner", "staff"))
    online = presence.online({member for _, *team in teams for member in team if member})
    for provider_id in sorted({provider_id for provider_id, *team in teams if online & {*team}}):
        touch_provider(provider_id)


def show_provider(provider_id: str) -> dict[str, Any]:
    return asdict(analytics.provider(_provider(provider_id), timezone.now()))


def show_agenda(provider_id: str) -> dict[str, Any]:
    """Who comes today and tomorrow. Of more than fit, those who are not gone yet come first."""
    provider, now = _provider(provider_id), timezone.now()
    today = local_date(now, provider)
    since, until = local_day(today, provider.zone).start, local_day(today + DAY, provider.zone).end
    all_of_them = selectors.agenda(provider, since, until).exclude(status=Status.PENDING, hold_expires_at__lte=now)
    still = list(all_of_them.filter(end_at__gt=now).order_by("start_at", "pk")[:MOST])
    gone = list(all_of_them.filter(end_at__lte=now).order_by("-start_at", "-pk")[: MOST - len(still)])
    shown = sorted(gone + still, key=lambda one: (one.start_at, one.pk))
    return {
        "as_of": now,
        "zone": provider.zone,
        "total": all_of_them.count(),
        "reservations": AgendaOut(shown, many=True).data,
    }


def show_overview(argument: str) -> dict[str, Any]:
    """The counters of all providers together, and of which moment they are."""
    counters = ["total_reservations", "pending_reservations", "confirmed_reservations", "cancelled_reservations"]
    counters += ["total_subscriptions", "active_subscriptions", "cancelled_subscriptions"]
    sums = ProviderStats.objects.aggregate(**{name: Sum(name, default=0) for name in counters})
    return {"as_of": timezone.now(), **sums}


def operators(argument: str, users: Collection[UUID]) -> set[UUID]:
    return set() if argument else active_staff(users)


def those_who_work_there(provider_id: str, users: Collection[UUID]) -> set[UUID]:
    key = uuid_or_none(provider_id)
    provider = Provider.objects.filter(pk=key).first() if key else None
    return {*provider.team} & {*users} if provider else set()


def _provider(provider_id: str) -> Provider:
    return Provider.objects.get(pk=UUID(provider_id))


BOARDS = {
    PROVIDER: BoardKind(render=show_provider, readers=those_who_work_there),
    AGENDA: BoardKind(render=show_agenda, readers=those_who_work_there),
    OVERVIEW: BoardKind(render=show_overview, readers=operators),
}
