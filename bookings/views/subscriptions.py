"""The customer's own."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings import commands, selectors, wire
from bookings.models import Subscription
from bookings.serializers import ReasonIn, SubscribeIn, SubscriptionOut
from bookings.services import subscriptions
from bookings.views.pages import Newest
from bookings.views.shapes import either, is_seeds
from core.api import read
from payments.serializers import PaymentOut
from realtime.api import idempotent

ONE = either("SubscriptionInAShape", SubscriptionOut, wire.SeedSubscriptionOut)
MANY = either("SubscriptionInAShape", SubscriptionOut, wire.SeedSubscriptionOut, many=True)
NEW = either("SubscriptionInAShapeIn", SubscribeIn, wire.SeedSubscriptionIn)


class Subscriptions(generics.ListAPIView[Subscription]):
    serializer_class = SubscriptionOut
    pagination_class = Newest
    queryset = Subscription.objects.none()

    def get_queryset(self) -> QuerySet[Subscription]:
        return selectors.subscriptions_of(self.request.user)

    @extend_schema(parameters=[wire.ShapeIn], responses=MANY)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(_shown(request, page))

    @extend_schema(parameters=[wire.ShapeIn], request=NEW, responses={201: ONE})
    @idempotent
    def post(self, request: Request) -> Response:
        wants_seeds = is_seeds(request)
        said = wire.subscription_in(read(wire.SeedSubscriptionIn, request.data)) if wants_seeds else request.data
        made = commands.subscribe(request.user, said)
        if wants_seeds:
            [made] = _shown(request, [selectors.subscription_of(request.user, made["subscription_id"])])
        return Response(made, status=status.HTTP_201_CREATED)


class OneSubscription(APIView):
    @extend_schema(parameters=[wire.ShapeIn], responses=ONE)
    def get(self, request: Request, subscription_id: UUID) -> Response:
        [shown] = _shown(request, [selectors.subscription_of(request.user, subscription_id)])
        return Response(shown)


class PaySubscription(APIView):
    """What is open now: answers what is to be paid, under `/api/payments`."""

    @extend_schema(request=None, responses=PaymentOut)
    @idempotent
    def post(self, request: Request, subscription_id: UUID) -> Response:
        subscription = selectors.subscription_of(request.user, subscription_id)
        return Response(PaymentOut(subscriptions.pay_subscription(subscription, now=timezone.now())).data)


class CancelSubscription(APIView):
    """What was paid for stays until the period ends."""

    @extend_schema(request=ReasonIn, responses=SubscriptionOut)
    @idempotent
    def post(self, request: Request, subscription_id: UUID) -> Response:
        because = read(ReasonIn, request.data)["reason"]
        subscription = selectors.subscription_of(request.user, subscription_id)
        cancelled = subscriptions.cancel_subscription(subscription, because=because, now=timezone.now())
        return Response(SubscriptionOut(cancelled).data)


def _shown(request: Request, found: list[Subscription]) -> list[Any]:
    if is_seeds(request):
        return wire.subscriptions(request.user, found)
    return list(SubscriptionOut(found, many=True).data)
