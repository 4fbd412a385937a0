"""The REST side of seed 002's app. Its errors are `{"error": text}`."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.dialects import DialectView
from accounts.throttles import PerUser
from core.api import read
from core.errors import DomainError
from shifts import selectors, services, wire
from shifts.errors import NoSuchOffer, ShiftTaken
from shifts.models import ShiftOffer


class AnswersPerUser(PerUser):
    scope = "shift_answers"
    rate = "60/min"


class View(DialectView):
    bad_body = "Invalid payload"


class Respond(View):
    throttle_classes = [AnswersPerUser]

    @extend_schema(request=wire.RespondIn, responses=wire.AnsweredOut)
    def post(self, request: Request) -> Response:
        body = read(wire.RespondIn, request.data)
        offer = selectors.offer_of(request.user, body["shift_id"])
        if offer.employee_id != body["emp_id"]:
            raise NoSuchOffer
        answer = _accept if body["is_yes"] else _reject
        return Response(answer(offer, timezone.now()))


class Pending(View):
    @extend_schema(responses=wire.SeedOfferOut(many=True))
    def get(self, request: Request, emp_id: int) -> Response:
        employee = selectors.employee_read_by(request.user, emp_id)
        return Response(wire.SeedOfferOut(selectors.pending_offers(employee, timezone.now()), many=True).data)


class History(View):
    @extend_schema(parameters=[wire.HistoryIn], responses=wire.PastOfferOut(many=True))
    def get(self, request: Request, emp_id: int) -> Response:
        limit = read(wire.HistoryIn, request.query_params)["limit"]
        employee = selectors.employee_read_by(request.user, emp_id)
        newest = selectors.offers_of(employee).order_by("-sent_at", "-pk")[:limit]
        return Response(wire.PastOfferOut(newest, many=True).data)


class Available(View):
    @extend_schema(responses=wire.AvailableOut)
    def get(self, request: Request, shift_id: int) -> Response:
        return Response({"available": selectors.is_available(request.user, shift_id, timezone.now())})


class SendTestOffer(View):
    permission_classes = [IsAdminUser]

    @extend_schema(request=None, parameters=[wire.TestOfferIn], responses=wire.TestOfferOut)
    def post(self, request: Request, emp_id: int) -> Response:
        shift_id = read(wire.TestOfferIn, request.query_params)["shift_id"]
        employee = selectors.employee(emp_id)
        shift = services.send_test_offer(employee, shift_id, now=timezone.now())
        is_connected = emp_id in selectors.connected_employees()
        return Response({"status": "sent" if is_connected else "pending", "emp_id": emp_id, "shift_id": shift.pk})


class Connections(View):
    permission_classes = [IsAdminUser]

    @extend_schema(responses=wire.ConnectionsOut)
    def get(self, request: Request) -> Response:
        pending = selectors.pending_counts(timezone.now())
        return Response(wire.connections(selectors.connected_employees(), pending))


class Service(View):
    """Says that the server runs, to a phone that looks for it."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(responses=wire.ServiceOut)
    def get(self, request: Request) -> Response:
        return Response(wire.service(selectors.connected_employees()))


def _accept(offer: ShiftOffer, now: datetime) -> dict[str, Any]:
    try:
        services.accept_offer(offer, now=now)
    except DomainError as refusal:
        if refusal.is_temporary:
            raise
        if isinstance(refusal, ShiftTaken):
            services.tell_loser(offer, now=now)
        return wire.refused(refusal)
    return wire.answered("Shift assigned to you", is_assigned=True)


def _reject(offer: ShiftOffer, now: datetime) -> dict[str, Any]:
    try:
        services.reject_offer(offer, now=now)
    except DomainError as refusal:
        if refusal.is_temporary:
            raise
        return wire.refused(refusal)
    return wire.answered("Shift declined", is_assigned=False)
