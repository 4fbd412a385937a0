"""Who repairs what, and who wants nothing to do with whom."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import read
from dispatch import commands, selectors
from dispatch.models import Block, Skill
from dispatch.serializers import (
    AvailabilityIn,
    BlockIn,
    BlockOut,
    ProfessionalIn,
    ProfessionalOut,
    ProfessionalPageOut,
    ProfileOut,
    ReviewOut,
    SkillOut,
)
from dispatch.services import professionals
from dispatch.views.pages import NewestBlocks
from realtime.api import idempotent


class MyProfile(APIView):
    @extend_schema(responses=ProfileOut)
    def get(self, request: Request) -> Response:
        return Response(ProfileOut(selectors.profile_of(request.user)).data)

    @extend_schema(request=ProfessionalIn, responses={201: ProfileOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Applies to be a professional; nobody is asked for estimates before staff have approved her."""
        professional = professionals.apply(request.user, **read(ProfessionalIn, request.data))
        return Response(ProfileOut(professional).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ProfessionalIn, responses=ProfileOut)
    def patch(self, request: Request) -> Response:
        changes = read(ProfessionalIn, request.data, partial=True)
        professional = professionals.revise_profile(selectors.profile_of(request.user), **changes)
        return Response(ProfileOut(professional).data)


class Availability(APIView):
    @extend_schema(request=AvailabilityIn, responses=ProfileOut)
    @idempotent
    def post(self, request: Request) -> Response:
        return Response(commands.set_availability(request.user, request.data))


class OneProfessional(APIView):
    """As an owner sees her whom she has sent an estimate."""

    @extend_schema(responses=ProfessionalPageOut)
    def get(self, request: Request, professional_id: UUID) -> Response:
        professional = selectors.professional_known_to(request.user, professional_id)
        newest = professional.reviews.order_by("-created_at", "-pk")[: selectors.RECENT]
        return Response({**ProfessionalOut(professional).data, "reviews": ReviewOut(newest, many=True).data})


class Skills(APIView):
    @extend_schema(operation_id="dispatch_skills_list", responses=SkillOut(many=True))
    def get(self, request: Request) -> Response:
        return Response(SkillOut(Skill.objects.order_by("pk"), many=True).data)


class Blocks(generics.ListAPIView[Block]):
    serializer_class = BlockOut
    pagination_class = NewestBlocks
    queryset = Block.objects.none()

    def get_queryset(self) -> QuerySet[Block]:
        return selectors.blocks_of(self.request.user)

    @extend_schema(request=BlockIn, responses={201: BlockOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Whom the caller has never met is not found, whether or not he exists."""
        user = request.user
        match read(BlockIn, request.data):
            case {"report_id": report_id}:
                other = selectors.request_of(user, report_id).report.owner
            case {"professional_id": professional_id}:
                other = selectors.professional_known_to(user, professional_id).user
        block = professionals.block(user, other)
        return Response(BlockOut(selectors.blocks_of(user).get(pk=block.pk)).data, status=status.HTTP_201_CREATED)


class OneBlock(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: UUID) -> Response:
        """Also of one whom the caller has not blocked: nothing is told of who exists."""
        professionals.unblock(request.user, user_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
