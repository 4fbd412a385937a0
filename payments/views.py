from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.throttles import PerUser
from core.api import Pages, refusal_of
from payments import reconciling, selectors, services
from payments.conf import limits
from payments.errors import NoSavedMethod, WebhookTooBig
from payments.models import Payment
from payments.receiving import receive
from payments.serializers import IntentOut, MethodOut, PaymentOut


class RefreshesPerUser(PerUser):
    """Each asks the gateway, who counts them all as ours."""

    scope = "payment_refreshes"
    rate = "30/min"


class Newest(Pages):
    ordering = ("-created_at", "-id")


class Payments(generics.ListAPIView[Payment]):
    """The caller's own."""

    serializer_class = PaymentOut
    pagination_class = Newest
    queryset = Payment.objects.none()

    def get_queryset(self) -> QuerySet[Payment]:
        return selectors.payments_of(self.request.user)


class OnePayment(APIView):
    @extend_schema(responses=PaymentOut)
    def get(self, request: Request, payment_id: UUID) -> Response:
        return Response(PaymentOut(selectors.payment_of(request.user, payment_id)).data)


class Intent(APIView):
    """Not idempotent by a key of the caller's: it is the same intent however often it is asked for."""

    @extend_schema(request=None, responses=IntentOut)
    def post(self, request: Request, payment_id: UUID) -> Response:
        payment = selectors.payment_of(request.user, payment_id)
        seen = services.intent_of(payment, now=timezone.now())
        shown = {"payment_id": payment.pk, "intent_id": seen.intent_id, "client_secret": seen.client_secret}
        return Response(IntentOut({**shown, "status": seen.status}).data)


class Refresh(APIView):
    """The payer has come back from the gateway, and is quicker than its call."""

    throttle_classes = [RefreshesPerUser]

    @extend_schema(request=None, responses=PaymentOut)
    def post(self, request: Request, payment_id: UUID) -> Response:
        payment = selectors.payment_of(request.user, payment_id)
        reconciling.look(payment, timezone.now())
        return Response(PaymentOut(selectors.payment_of(request.user, payment_id)).data)


class Method(APIView):
    """What the caller is charged by while he is away."""

    @extend_schema(responses=MethodOut)
    def get(self, request: Request) -> Response:
        saved = selectors.saved_method(request.user)
        if saved is None:
            raise NoSavedMethod
        return Response(MethodOut(saved).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        services.forget_methods(request.user.pk, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@method_decorator(csrf_exempt, name="dispatch")
class Webhook(View):
    """Called by a gateway: the signature is over the bytes as they came, so nothing parses them before."""

    def post(self, request: HttpRequest, gateway: str, **kwargs: Any) -> HttpResponse:
        signature = request.headers.get("Stripe-Signature", "")
        try:
            if int(request.headers.get("Content-Length") or 0) > limits.webhook_bytes:
                raise WebhookTooBig
            is_new = receive(gateway, request.body, signature, now=timezone.now())
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            return JsonResponse(refusal.envelope(), status=refusal.status)
        return JsonResponse({"received": True, "repeated": not is_new})
