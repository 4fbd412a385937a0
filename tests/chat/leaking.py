"""An urlconf with one view too many: it shows whoever asks the messages of a conversation."""

from uuid import UUID

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat import shapes
from chat.models import Message
from config.urls import urlpatterns as real


class Leak(APIView):
    def get(self, request: Request, conversation_id: UUID) -> Response:
        return Response([shapes.message(message) for message in Message.objects.filter(conversation=conversation_id)])


urlpatterns = [*real, path("api/chat/leak/<uuid:conversation_id>", Leak.as_view())]
