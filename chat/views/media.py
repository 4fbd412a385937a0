"""Pictures and files: uploaded first, then named by a message, and shown to those who see it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import BrowserAuthentication, DialectAuthentication, TokenAuthentication
from accounts.models import User
from accounts.throttles import PerUser
from chat import files, media, shapes
from chat.errors import NoSuchMedia, UnusableFile
from chat.models import Media
from chat.serializers import LinkedMediaOut, LinkOut, UploadIn
from core.api import OneAnswer, answer_refusal
from core.files import answer
from realtime.api import caller


class UploadsPerUser(PerUser):
    scope = "media"
    rate = "300/hour"


class Uploads(APIView):
    """A message names it by its id within a day, or it is removed. Under `file`, or under `image` where only a picture
    will do. Pictures lose all that they do not show.
    """

    authentication_classes = [DialectAuthentication, BrowserAuthentication]
    parser_classes = [MultiPartParser]
    throttle_classes = [UploadsPerUser]
    success = status.HTTP_201_CREATED

    @extend_schema(request={"multipart/form-data": UploadIn}, responses={201: LinkedMediaOut})
    def post(self, request: Request) -> Response:
        now = timezone.now()
        kept = media.keep(request.user, _sent_in(request), now=now)
        return Response(_linked(request, kept), status=self.success)

    def get_exception_handler(self) -> Any:
        return _answer_both


class SeedsUploads(Uploads):
    """The path of seed 004's app."""

    success = status.HTTP_200_OK

    @extend_schema(request={"multipart/form-data": UploadIn}, responses={200: LinkedMediaOut})
    def post(self, request: Request) -> Response:
        return super().post(request)


def _answer_both(error: Exception, context: dict[str, Any]) -> Response | None:
    """One path for apps that read our envelope and for seed 004's, which reads `error`."""
    response = answer_refusal(error, context)
    if response is not None:
        response.data = {**response.data, "error": response.data["message"]}
    return response


def _sent_in(request: Request) -> files.CleanFile:
    sent = [(name, file) for name in ("file", "image") for file in request.FILES.getlist(name)]
    if len(sent) != 1:
        raise UnusableFile("Send one file.", reason="not_one")
    [(name, file)] = sent
    return files.clean(file, is_picture=name == "image")


def _linked(request: Request, kept: Media) -> dict[str, Any]:
    return {**shapes.media(kept), "url": _address(request, kept.pk).url(base_of(request))}


def _address(request: Request, media_id: UUID) -> media.Address:
    return media.address(media_id, caller(request), now=timezone.now())


def base_of(request: Request) -> str:
    """How the caller reaches us."""
    return str(request.build_absolute_uri("/").rstrip("/"))


class SignedAddress(BaseAuthentication):
    """Who follows an address is the one for whom it was signed: what shows pictures often cannot send a header."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        query = request.query_params
        if "signature" not in query:
            return None
        media_id = request.parser_context["kwargs"]["media_id"]
        reader_id = media.reader_of(media_id, query.dict(), now=timezone.now())
        reader = User.objects.filter(pk=reader_id, is_active=True).first()
        if reader is None:
            raise NoSuchMedia
        return reader, None


class SignedAddressScheme(OpenApiAuthenticationExtension):
    target_class = SignedAddress
    name = "signedAddress"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "With `reader` and `expires`, as in the addresses that answers have."
        return {"type": "apiKey", "in": "query", "name": "signature", "description": description}


class OneMedia(APIView):
    """By a signed address, or with a token. From S3 by a redirect, to be followed within a minute."""

    authentication_classes = [SignedAddress, TokenAuthentication, BrowserAuthentication]
    content_negotiation_class = OneAnswer

    @extend_schema(
        responses={(200, "*/*"): OpenApiTypes.BINARY, 302: OpenApiResponse(description="Where it is."), 410: None}
    )
    def get(self, request: Request, media_id: UUID) -> HttpResponseBase:
        shown = media.shown_to(request.user, media_id, now=timezone.now())
        is_download = shown.kind != Media.Kind.IMAGE
        return answer(shown.file, shown.content_type, name=shown.name, is_download=is_download)


class Link(APIView):
    """A signed address, for whoever learned of a message by an event, which has none."""

    @extend_schema(responses=LinkOut)
    def get(self, request: Request, media_id: UUID) -> Response:
        media.shown_to(request.user, media_id, now=timezone.now())
        address = _address(request, media_id)
        return Response({"url": address.url(base_of(request)), "expires_at": address.expires_at})
