import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fleet.plates import LONGEST, is_plate, spelled

TELEPHONE = re.compile(r"[0-9]{10,11}")
LEAST_OF_A_DOCUMENT = 4  # characters of the number of a licence, a receipt or a certificate


class PlateField(serializers.CharField):
    default_error_messages = {"plate": _("At least three letters or digits; nothing else but spaces and dashes.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        plate = spelled(super().to_internal_value(data))
        if not is_plate(plate):
            self.fail("plate")
        return plate


class TelephoneField(serializers.CharField):
    default_error_messages = {"telephone": _("Ten or eleven digits.")}

    def to_internal_value(self, data: Any) -> str:
        telephone: str = super().to_internal_value(data)
        if not TELEPHONE.fullmatch(telephone):
            self.fail("telephone")
        return telephone


class DocumentField(serializers.CharField):
    """The number of a licence, a receipt or a certificate."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=LEAST_OF_A_DOCUMENT, max_length=40, **kwargs)
