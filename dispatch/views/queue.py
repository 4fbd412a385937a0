from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch import queue
from dispatch.wire import EntryIn, QueueRepliesOut


class Queue(APIView):
    """What an app of seed 000 did while it was offline, in order. Each entry stands or falls alone; it is repeated only
    where its answer says `temporary`.
    """

    @extend_schema(request=EntryIn(many=True), responses=QueueRepliesOut)
    def post(self, request: Request) -> Response:
        return Response({"replies": queue.replay(request.user, request.data)})
