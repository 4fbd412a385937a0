"""What is answered in the native spelling or, where `?shape=seed` asks for it, in the seed's."""

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from bookings import wire
from core.api import read


def either(name: str, native: type[Serializer], seeds: type[Serializer], *, many: bool = False) -> object:
    """For the description of the API."""
    shapes = [native, seeds]
    return PolymorphicProxySerializer(name, serializers=shapes, resource_type_field_name=None, many=many)


def is_seeds(request: Request) -> bool:
    return "shape" in read(wire.ShapeIn, request.query_params)
