from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from unfold.widgets import UnfoldAdminSelectWidget

DAYS = {1: "24 hours", 7: "7 days", 28: "28 days", 90: "90 days", 365: "a year"}


class Filters(forms.Form):
    """What a dashboard is about. It is kept in the address, so that it can be sent to a colleague."""

    def __init__(self, asked: QueryDict) -> None:
        known = asked.copy()
        for name in known.keys() - self.base_fields.keys():
            del known[name]
        for name, field in self.base_fields.items():
            if name not in known and field.initial is not None:
                known[name] = str(field.initial)
        self.chosen: QueryDict = known
        super().__init__(known)

    @property
    def query(self) -> str:
        return self.chosen.urlencode()

    def values(self) -> dict[str, Any]:
        """What was asked for; what is not to be had counts as not asked for."""
        self.is_valid()
        return {name: self._value(name, field) for name, field in self.fields.items()}

    def _value(self, name: str, field: forms.Field) -> Any:
        if name in self.cleaned_data:
            return self.cleaned_data[name]
        self.chosen[name] = "" if field.initial is None else str(field.initial)
        return field.clean(self.chosen[name])


def period(*days: int, initial: int) -> forms.TypedChoiceField:
    """So many days back; its value is a timedelta."""
    return forms.TypedChoiceField(
        label="Period",
        choices=[(str(one), DAYS[one]) for one in days],
        coerce=lambda chosen: timedelta(days=int(chosen)),
        initial=initial,
        widget=UnfoldAdminSelectWidget,
    )
