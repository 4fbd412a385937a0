from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.throttles import PerUser
from core.api import OneAnswer, read
from core.files import answer
from dispatch import photos, selectors
from dispatch.serializers import PhotoIn, PhotoOut


class UploadsPerUser(PerUser):
    scope = "photos"
    rate = "300/hour"


class Photos(APIView):
    """Uploaded first, then named by a report or an estimate; those that nothing names are removed after a day."""

    parser_classes = [MultiPartParser]
    throttle_classes = [UploadsPerUser]

    @extend_schema(request={"multipart/form-data": PhotoIn}, responses={201: PhotoOut})
    def post(self, request: Request) -> Response:
        photo = photos.keep(request.user, read(PhotoIn, request.data)["photo"])
        return Response(PhotoOut(photo).data, status=status.HTTP_201_CREATED)


class OnePhoto(APIView):
    content_negotiation_class = OneAnswer

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, photo_id: UUID) -> HttpResponseBase:
        photo = selectors.photo_seen_by(request.user, photo_id)
        return answer(photo.file, photo.content_type)
