from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.zones import validate_zone
from core.hours import validate_hours
from dispatch.models import Professional, Skill
from dispatch.serializers.fields import PlaceIn, SkillsField
from dispatch.serializers.reports import ReviewOut


class ProfessionalOut(serializers.Serializer):
    """What an owner may know of who offers to repair his vehicle."""

    professional_id = serializers.UUIDField(source="pk")
    business_name = serializers.CharField()
    bio = serializers.CharField()
    skills = serializers.SerializerMethodField()
    rating = serializers.FloatField(allow_null=True)
    rating_count = serializers.IntegerField()

    def get_skills(self, professional: Professional) -> list[str]:
        return sorted(skill.pk for skill in professional.skills.all())


class ProfessionalPageOut(ProfessionalOut):
    reviews = ReviewOut(many=True, help_text="The newest.")


class ProfileOut(ProfessionalOut):
    """What she sees of herself."""

    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    address = serializers.CharField()
    radius_km = serializers.IntegerField()
    hours = serializers.JSONField()
    zone = serializers.CharField()
    most_open = serializers.IntegerField()
    is_approved = serializers.BooleanField()
    is_available = serializers.BooleanField()


class ProfessionalIn(PlaceIn):
    business_name = serializers.CharField(max_length=120)
    bio = serializers.CharField(max_length=1000, allow_blank=True, required=False)
    skills = SkillsField(required=False)
    radius_km = serializers.IntegerField(min_value=1, max_value=500, required=False)
    hours = serializers.JSONField(validators=[validate_hours], required=False)
    zone = serializers.CharField(max_length=64, validators=[validate_zone], required=False)
    most_open = serializers.IntegerField(min_value=1, max_value=100, required=False)


class AvailabilityIn(serializers.Serializer):
    is_available = serializers.BooleanField()


class SkillOut(serializers.ModelSerializer):
    class Meta:
        model = Skill
        fields = ["code", "title"]
        read_only_fields = fields


class BlockIn(serializers.Serializer):
    """The owner of a report that the caller was asked about, or a professional who has sent her an estimate."""

    report_id = serializers.UUIDField(required=False)
    professional_id = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Give either report_id or professional_id."))
        return attrs


class BlockOut(serializers.Serializer):
    """Whom the caller has blocked, as far as she knows him: by his estimate, or by his report."""

    user_id = serializers.UUIDField(source="blocked_id")
    professional_name = serializers.CharField(allow_null=True)
    report_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
