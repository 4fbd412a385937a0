from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.addresses import LONGEST, normalise, validate_address, validate_phone
from accounts.models import ApiKey, Code, Session, User
from accounts.zones import validate_zone


class PasswordField(serializers.CharField):
    """A password as typed: spaces count, and its length is bounded, since hashing it is work."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 128, "trim_whitespace": False, "write_only": True, **kwargs})


class NewPasswordField(PasswordField):
    def to_internal_value(self, data: Any) -> str:
        password = super().to_internal_value(data)
        validate_password(password)
        return password


class AddressField(serializers.CharField):
    """An email address or a phone number, in any spelling."""

    default_validators = [validate_address]

    def to_internal_value(self, data: Any) -> str:
        return normalise(super().to_internal_value(data))


class DeviceIn(serializers.Serializer):
    device = serializers.CharField(max_length=100, default="", allow_blank=True)
    long_lived = serializers.BooleanField(default=False)


class ProfileIn(serializers.Serializer):
    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    locale = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    zone = serializers.CharField(max_length=64, required=False, validators=[validate_zone])


class RegisterIn(ProfileIn, DeviceIn):
    email = serializers.EmailField(max_length=LONGEST, required=False, allow_null=True)
    phone = serializers.CharField(max_length=32, required=False, allow_null=True)
    password = NewPasswordField()

    def validate_email(self, email: str | None) -> str | None:
        return normalise(email) if email else None

    def validate_phone(self, phone: str | None) -> str | None:
        if not phone:
            return None
        phone = normalise(phone)
        validate_phone(phone)
        return phone

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("email") and not attrs.get("phone"):
            raise serializers.ValidationError({"email": [_("Give an email address or a phone number.")]})
        return attrs


class LoginIn(DeviceIn):
    email_or_phone = serializers.CharField(max_length=LONGEST)
    password = PasswordField()


class FirebaseIn(DeviceIn):
    id_token = serializers.CharField(max_length=8192)


class RefreshIn(serializers.Serializer):
    refresh_token = serializers.CharField(max_length=2000)


class ChangePasswordIn(serializers.Serializer):
    current_password = PasswordField()
    new_password = NewPasswordField()


class CodeRequestIn(serializers.Serializer):
    email_or_phone = AddressField()
    purpose = serializers.ChoiceField(choices=Code.Purpose.choices, default=Code.Purpose.VERIFY)


class VerifyIn(serializers.Serializer):
    email_or_phone = AddressField()
    code = serializers.RegexField(r"^[0-9]{6}\Z")


class ResetPasswordIn(VerifyIn):
    new_password = NewPasswordField()


class DeleteAccountIn(serializers.Serializer):
    password = PasswordField()


class UserOut(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "phone",
            "full_name",
            "locale",
            "zone",
            "email_verified_at",
            "phone_verified_at",
            "is_staff",
            "joined_at",
        ]
        read_only_fields = fields


class SessionOut(serializers.ModelSerializer):
    class Meta:
        model = Session
        fields = ["id", "device", "is_long_lived", "created_at", "last_used_at", "expires_at", "revoked_at"]
        read_only_fields = fields


class ApiKeyOut(serializers.ModelSerializer):
    class Meta:
        model = ApiKey
        fields = ["id", "name", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at"]
        read_only_fields = fields


class SignedInOut(serializers.Serializer):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField(allow_null=True)
    user = UserOut()


class CodeRequestOut(serializers.Serializer):
    expires_in_s = serializers.IntegerField()


class TicketOut(serializers.Serializer):
    ticket = serializers.CharField()
    expires_in_s = serializers.IntegerField()
