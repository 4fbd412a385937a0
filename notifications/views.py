from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from core.api import Pages, read
from notifications import commands, selectors, services
from notifications.models import Notice
from notifications.serializers import InboxIn, NoticeOut, ReadIn, ReceiptsIn, SeenIn, UnreadOut
from realtime.api import idempotent


class NewestNotices(Pages):
    ordering = ("-id",)


class Inbox(generics.ListAPIView[Notice]):
    """What the caller was told, newest first; without what she archived, and what was withdrawn."""

    serializer_class = NoticeOut
    pagination_class = NewestNotices
    queryset = Notice.objects.none()

    def get_queryset(self) -> QuerySet[Notice]:
        notices = selectors.notices_of(self.request.user)
        return notices.unread() if read(InboxIn, self.request.query_params)["unread"] else notices

    @extend_schema(parameters=[InboxIn])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class OneNotice(APIView):
    """Also one that is archived."""

    @extend_schema(responses=NoticeOut)
    def get(self, request: Request, notice_id: UUID) -> Response:
        return Response(NoticeOut(selectors.notice_of(request.user, notice_id)).data)


class Unread(APIView):
    @extend_schema(responses=UnreadOut)
    def get(self, request: Request) -> Response:
        return unread(request.user)


class MarkOneRead(APIView):
    @extend_schema(operation_id="inbox_read_one", request=None, responses=UnreadOut)
    @idempotent
    def post(self, request: Request, notice_id: UUID) -> Response:
        notice = selectors.notice_of(request.user, notice_id)
        services.mark_read(request.user, [notice.pk], now=timezone.now())
        return unread(request.user)


class MarkRead(APIView):
    @extend_schema(request=ReadIn, responses=UnreadOut)
    @idempotent
    def post(self, request: Request) -> Response:
        body = read(ReadIn, request.data)
        if body.get("all"):
            services.mark_all_read(request.user, now=timezone.now())
        else:
            services.mark_read(request.user, body["ids"], now=timezone.now())
        return unread(request.user)


class MarkSeen(APIView):
    @extend_schema(request=SeenIn, responses=UnreadOut)
    @idempotent
    def post(self, request: Request) -> Response:
        return Response(commands.mark_seen(request.user, request.data))


class Archive(APIView):
    @extend_schema(request=None, responses=UnreadOut)
    @idempotent
    def post(self, request: Request, notice_id: UUID) -> Response:
        notice = selectors.notice_of(request.user, notice_id)
        services.archive(request.user, [notice.pk], now=timezone.now())
        return unread(request.user)


class Receipts(APIView):
    """Which pushes the caller's device was given, and which were tapped."""

    @extend_schema(request=ReceiptsIn, responses=UnreadOut)
    @idempotent
    def post(self, request: Request) -> Response:
        body = read(ReceiptsIn, request.data)
        session_id = request.auth.session_id if request.auth else None
        device_ids = selectors.devices_of(request.user, device_id=body.pop("device"), session_id=session_id)
        services.note_receipts(request.user, **body, device_ids=device_ids, now=timezone.now())
        return unread(request.user)


def unread(user: User) -> Response:
    return Response(commands.unread(user))
