"""What the app of seed 000 keeps in its offline queue, in the words of our commands.

Keys may be spelled as the app spells them or as we do, and what is null was not said. Amounts are in major units under
either: 12.5 are 1250 of a currency that has two decimals.
"""

import re
from typing import Any

from django.conf import settings
from rest_framework import serializers

from core.errors import Invalid
from core.money import to_minor

Data = dict[str, Any]

ACTIONS = ["new_damage_report", "damage_report_update", "new_estimate", "estimate_update"]
SKILLS = ["mechanics"]  # what a damage report is about, where the app does not say

REPORT = {
    "report_id": ["reportId", "id"],
    "vehicle_make": ["vehicleMake"],
    "vehicle_model": ["vehicleModel"],
    "vehicle_year": ["vehicleYear"],
    "description": ["damageDescription"],
    "notes": ["additionalNotes"],
    "skills": ["categoryIds"],
    "priority": [],
    "latitude": [],
    "longitude": [],
    "address": [],
    "estimated_cost": ["estimatedCost"],
    "currency": [],
    "photos": ["imageUrls"],
    "answer_by": ["answerBy"],
}
ESTIMATE = {
    "report_id": ["reportId", "jobRequestId"],
    "cost": [],
    "currency": [],
    "lead_time_days": ["leadTimeDays"],
    "description": [],
    "photos": ["imageUrls"],
    "generation": [],
}
ESTIMATE_ID = {"estimate_id": ["estimateId", "id"]}

PHOTO = re.compile(r"(?:.*/api/dispatch/photos/)?([0-9a-f-]{36})")


class EntryIn(serializers.Serializer):
    action = serializers.ChoiceField(choices=ACTIONS)
    data = serializers.DictField()  # type: ignore[assignment]
    timestamp = serializers.IntegerField(min_value=0, max_value=2**53, help_text="Milliseconds since 1970.")
    id = serializers.CharField(
        max_length=255, required=False, help_text="Of the entry. Without one, equal entries are repeats of each other."
    )


class QueueReplyOut(serializers.Serializer):
    status = serializers.IntegerField(help_text="As HTTP would say it.")
    data = serializers.JSONField(required=False)  # type: ignore[assignment]
    error = serializers.JSONField(required=False, help_text="code, message, details?; temporary: send it once more.")
    replayed = serializers.BooleanField(required=False)


class QueueRepliesOut(serializers.Serializer):
    replies = QueueReplyOut(many=True)


def report(data: Data, *, currency: str | None = None) -> Data:
    """The facts of a report; `currency` of one that exists."""
    place = data.get("location")
    facts = _named({**place, **data} if isinstance(place, dict) else data, REPORT)
    return _in_minor_units(facts, "estimated_cost", currency or facts.get("currency", settings.DEFAULT_CURRENCY))


def estimate(data: Data, *, currency: str) -> Data:
    return _in_minor_units(_named(data, ESTIMATE), "cost", currency)


def report_id(data: Data) -> Data:
    return _only("report_id", _named(data, REPORT))


def requested_report_id(data: Data) -> Data:
    return _only("report_id", _named(data, ESTIMATE))


def estimate_id(data: Data) -> Data:
    return _named(data, ESTIMATE_ID)


def _named(data: Data, names: dict[str, list[str]]) -> Data:
    found = {}
    for name, spellings in names.items():
        said = [data[key] for key in (*spellings, name) if data.get(key) is not None]
        if said:
            found[name] = said[0]
    if isinstance(found.get("photos"), list):
        found["photos"] = [_photo_id(photo) for photo in found["photos"]]
    return found


def _only(name: str, facts: Data) -> Data:
    return {name: facts[name]} if name in facts else {}


def _photo_id(photo: Any) -> Any:
    """Photos are named by our own URLs; any other is left as it is, to be refused."""
    ours = PHOTO.fullmatch(photo) if isinstance(photo, str) else None
    return ours[1] if ours else photo


def _in_minor_units(facts: Data, name: str, currency: Any) -> Data:
    if name not in facts:
        return facts
    amount = facts[name]
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        raise Invalid(**{name: ["A valid number is required."]})
    try:
        return {**facts, name: to_minor(amount, str(currency).upper())}
    except Invalid as refusal:
        raise Invalid(**{name if field == "amount" else field: why for field, why in refusal.details.items()}) from None
