"""Fields that several shapes have."""

from math import isfinite
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.images import PhotoField
from dispatch.conf import limits
from dispatch.models import Photo, Skill

MOST_SKILLS = 30


class DegreesField(serializers.FloatField):
    """Of a place: a number, and no other that a float can be."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(min_value=-most, max_value=most, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        try:
            degrees = super().to_internal_value(data)
        except OverflowError:
            self.fail("invalid")
        if isinstance(data, bool) or not isfinite(degrees):
            self.fail("invalid")
        return degrees


class SkillsField(serializers.ListField):
    """Its value is a list of skills."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.CharField(max_length=40), max_length=MOST_SKILLS, **kwargs)

    def to_internal_value(self, data: Any) -> list[Skill]:
        if isinstance(data, list) and len(data) > MOST_SKILLS:  # before each of them is looked at
            self.fail("max_length", max_length=MOST_SKILLS)
        codes = super().to_internal_value(data)
        found = list(Skill.objects.filter(pk__in=codes))
        if unknown := sorted({*codes} - {skill.pk for skill in found}):
            raise serializers.ValidationError(_("There is no skill {code}.").format(code=unknown[0]))
        return found


class PhotosField(serializers.ListField):
    """Ids of photos that were uploaded before."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.UUIDField(), max_length=limits.photos, default=list, **kwargs)


class PlaceIn(serializers.Serializer):
    latitude = DegreesField(90)
    longitude = DegreesField(180)
    address = serializers.CharField(max_length=200, allow_blank=True, required=False)


class PlaceOut(serializers.Serializer):
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()


class PhotoIn(serializers.Serializer):
    """Under either name."""

    file = PhotoField(required=False)
    image = PhotoField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError({"file": [_("Send one picture.")]})
        [photo] = attrs.values()
        return {"photo": photo}


class PhotoOut(serializers.Serializer):
    id = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    content_type = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()

    def get_url(self, photo: Photo) -> str:
        return f"/api/dispatch/photos/{photo.pk}"
