"""How to reach the caller: her devices, what she wants to hear, and when she is not to be disturbed."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.throttles import PerUser
from core.api import read
from notifications.reach import devices, preferences
from notifications.reach.serializers import (
    AddressIn,
    DeviceIn,
    DeviceOut,
    PreferencesIn,
    PreferencesOut,
    QuietHoursIn,
    QuietHoursOut,
)
from realtime.api import caller, idempotent


class RegisterPerUser(PerUser):
    scope = "device"


class Devices(APIView):
    def get_throttles(self) -> list[BaseThrottle]:
        return [RegisterPerUser()] if self.request.method == "POST" else super().get_throttles()

    @extend_schema(responses=DeviceOut(many=True))
    def get(self, request: Request) -> Response:
        return Response(DeviceOut(devices.all_of(request.user), many=True).data)

    @extend_schema(request=DeviceIn, responses={200: DeviceOut, 201: DeviceOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """To be called at each start of the app, and whenever the push service gives a new address."""
        session_id = request.auth.session_id if request.auth else None  # a browser's cookie has no session
        device, is_new = devices.register(
            user_id=caller(request), session_id=session_id, now=timezone.now(), **read(DeviceIn, request.data)
        )
        return Response(DeviceOut(device).data, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


class OneDevice(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, device_id: UUID) -> Response:
        devices.remove(devices.one_of(request.user, device_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class UnregisterDevice(APIView):
    """No more pushes of the caller's to this address; whether it was hers or not, it is not now."""

    @extend_schema(request=AddressIn, responses={204: None})
    @idempotent
    def post(self, request: Request) -> Response:
        devices.unbind(caller(request), read(AddressIn, request.data)["address"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class Preferences(APIView):
    @extend_schema(responses=PreferencesOut)
    def get(self, request: Request) -> Response:
        return Response(PreferencesOut(preferences.overview(request.user)).data)

    @extend_schema(request=PreferencesIn, responses=PreferencesOut)
    def put(self, request: Request) -> Response:
        """What is not mentioned is as if never chosen."""
        preferences.choose_anew(caller(request), **read(PreferencesIn, request.data))
        return self.get(request)

    @extend_schema(request=PreferencesIn, responses=PreferencesOut)
    def patch(self, request: Request) -> Response:
        """What is not mentioned stays."""
        preferences.choose(caller(request), **read(PreferencesIn, request.data))
        return self.get(request)


class QuietHours(APIView):
    @extend_schema(responses=QuietHoursOut)
    def get(self, request: Request) -> Response:
        return Response(QuietHoursOut(preferences.quiet_hours_of(request.user)).data)

    @extend_schema(request=QuietHoursIn, responses=QuietHoursOut)
    def put(self, request: Request) -> Response:
        """No windows: no quiet hours."""
        hours = {"zone": request.user.zone, **read(QuietHoursIn, request.data)}
        preferences.set_quiet_hours(caller(request), **hours)
        return self.get(request)
