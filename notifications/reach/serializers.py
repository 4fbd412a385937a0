"""How to reach somebody: her devices, what she wants to hear, and when she is not to be disturbed."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.zones import validate_zone
from notifications import catalogue, trees
from notifications.models import Device
from notifications.reach import quiet

PRINTABLE = r"^[!-~]+\Z"  # what tokens and ids are made of; no spaces
LONGEST_ADDRESS = 4096
MOST_WINDOWS = 20


class AddressIn(serializers.Serializer):
    address = serializers.RegexField(PRINTABLE, max_length=LONGEST_ADDRESS, help_text="What the push service gave.")


class DeviceIn(AddressIn):
    address_kind = serializers.ChoiceField(choices=Device.AddressKind.choices, default=Device.AddressKind.TOKEN)
    platform = serializers.ChoiceField(choices=Device.Platform.choices)
    install_id = serializers.RegexField(
        PRINTABLE,
        min_length=8,
        max_length=80,
        required=False,
        allow_null=True,
        help_text="The same for one installation for ever, and nobody else's: a random UUID.",
    )
    renders_data = serializers.BooleanField(default=False, help_text="It shows pushes of data alone.")
    locale = serializers.CharField(max_length=35, default="", allow_blank=True, help_text="Such as ar or ar-EG.")
    app_version = serializers.CharField(max_length=40, default="", allow_blank=True)

    def validate_locale(self, locale: str) -> str:
        """A language we do not speak is none: she gets that of her profile."""
        try:
            return get_supported_language_variant(locale.replace("_", "-"))
        except LookupError:
            return ""


class DeviceOut(serializers.ModelSerializer):
    """Without the address, which whoever knows it could be sent pushes by."""

    class Meta:
        model = Device
        fields = ["id", "platform", "app_version", "renders_data", "last_registered_at", "is_enabled"]
        read_only_fields = fields


class NamedField(serializers.DictField):
    """Values by name, of any of the names there are."""

    def __init__(self, *, names: Callable[[], Collection[str]], unknown: str | Promise, **kwargs: Any) -> None:
        self._names = names
        self._unknown = unknown
        super().__init__(**kwargs)

    def run_child_validation(self, data: Mapping[str, Any]) -> dict[str, Any]:
        if unknown := [name for name in data if name not in self._names()]:
            raise serializers.ValidationError({name: [self._unknown] for name in unknown})
        return super().run_child_validation(data)


class SwitchesField(NamedField):
    """On or off, by channel."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            names=lambda: trees.CHANNELS,
            unknown=_("There is no such channel."),
            child=serializers.BooleanField(),
            **kwargs,
        )


class PreferencesIn(serializers.Serializer):
    channels = SwitchesField(default=dict)
    kinds = NamedField(
        names=catalogue.all_kinds, unknown=_("There is no such kind of notice."), child=SwitchesField(), default=dict
    )


class KindPreferencesOut(serializers.Serializer):
    kind = serializers.CharField()
    title = serializers.CharField()
    is_mandatory = serializers.BooleanField(help_text="Comes on every channel, whatever is said here.")
    channels = serializers.DictField(child=serializers.BooleanField())


class PreferencesOut(serializers.Serializer):
    channels = serializers.DictField(child=serializers.BooleanField(), help_text="Off here: off for every kind.")
    kinds = KindPreferencesOut(many=True)


class WindowIn(serializers.Serializer):
    days = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6),
        min_length=1,
        max_length=7,
        help_text="On which it begins; 0 is Monday.",
    )
    start = serializers.TimeField(input_formats=["%H:%M"])
    end = serializers.TimeField(input_formats=["%H:%M"], help_text="At or before start: on the next day.")

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        return quiet.Window(**super().to_internal_value(data)).stored()


class QuietHoursIn(serializers.Serializer):
    zone = serializers.CharField(
        max_length=64, required=False, validators=[validate_zone], help_text="Without it, that of her profile."
    )
    windows = serializers.ListField(child=WindowIn(), max_length=MOST_WINDOWS)

    def validate_windows(self, windows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if quiet.is_all_week(windows):
            raise serializers.ValidationError(_("This leaves no time of the week. Turn off channels instead."))
        return windows


class WindowOut(serializers.Serializer):
    days = serializers.ListField(child=serializers.IntegerField())
    start = serializers.CharField()
    end = serializers.CharField()


class QuietHoursOut(serializers.Serializer):
    zone = serializers.CharField()
    windows = WindowOut(many=True)
