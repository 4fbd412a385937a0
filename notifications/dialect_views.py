"""The REST side of seed 004's app, as far as it is about notices. Its errors are `{"error": text}`."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.dialects import DialectView
from core.api import read
from notifications import selectors, services, wire
from notifications.models import Device
from notifications.reach import devices


class Notifications(DialectView):
    @extend_schema(parameters=[wire.PageIn], responses=wire.NotificationsOut)
    def get(self, request: Request) -> Response:
        asked = read(wire.PageIn, request.query_params)
        page, limit = asked["page"], min(asked["limit"], wire.MOST_PER_PAGE)
        notices = selectors.notices_of(request.user).order_by("-id")
        shown = notices[(page - 1) * limit : page * limit]
        return Response(
            {
                "notifications": wire.NotificationOut(shown, many=True).data,
                "total": notices.count(),
                "page": page,
                "limit": limit,
                "unread_count": selectors.unread_count(request.user),
            }
        )


class UnreadCount(DialectView):
    @extend_schema(responses=wire.CountOut)
    def get(self, request: Request) -> Response:
        return Response({"count": selectors.unread_count(request.user)})


class MarkRead(DialectView):
    @extend_schema(request=None, responses=wire.DoneOut)
    def put(self, request: Request, notice_id: UUID) -> Response:
        notice = selectors.notice_of(request.user, notice_id)
        services.mark_read(request.user, [notice.pk], now=timezone.now())
        return Response({"message": "Notification marked as read"})


class MarkAllRead(DialectView):
    @extend_schema(request=None, responses=wire.DoneOut)
    def put(self, request: Request) -> Response:
        services.mark_all_read(request.user, now=timezone.now())
        return Response({"message": "All notifications marked as read"})


class ThisDevice(DialectView):
    """The phone's FCM token. This app shows what the system shows for it, and renders nothing itself."""

    @extend_schema(request=wire.ChatDeviceIn, responses=wire.DoneOut)
    def post(self, request: Request) -> Response:
        body = read(wire.ChatDeviceIn, request.data)
        devices.register(
            user_id=request.user.pk,
            address=body["fcm_token"],
            address_kind=Device.AddressKind.TOKEN,
            platform=body["device_type"],
            renders_data=False,
            session_id=request.auth.session_id,
            now=timezone.now(),
        )
        return Response({"message": "Device registered successfully"})

    @extend_schema(request=wire.TokenIn, responses=wire.DoneOut)
    def delete(self, request: Request) -> Response:
        devices.unbind(request.user.pk, read(wire.TokenIn, request.data)["fcm_token"])
        return Response({"message": "Device unregistered successfully"})
