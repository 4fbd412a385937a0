"""What operators fill in."""

import re
from typing import Any

from django import forms

from accounts.addresses import normalise
from accounts.models import User
from notifications import channels
from notifications.models import Broadcast

TOPIC = re.compile(r"[a-zA-Z0-9\-_.~%]{1,900}")


class BroadcastForm(forms.ModelForm):
    """The id comes with the form, so that sending it twice is one broadcast."""

    data = forms.JSONField(
        initial=dict, required=False, help_text="What the app gets beside the words: an object of texts, no secrets."
    )

    class Meta:
        model = Broadcast
        fields = ["id", "channel", "target", "title", "body", "data"]
        widgets = {"id": forms.HiddenInput, "target": forms.TextInput}
        help_texts = {
            "target": "The name of the topic, or of the segment as OneSignal's dashboard shows it.",
            "body": "Everybody who follows can read it: nothing private.",
        }

    def clean_channel(self) -> str:
        channel = str(self.cleaned_data["channel"])
        if not channels.is_configured(channel):
            raise forms.ValidationError("This server has no access to this provider.")
        return channel

    def clean_data(self) -> dict[str, str]:
        data = self.cleaned_data["data"] or {}
        if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
            raise forms.ValidationError("An object whose values are texts, please.")
        return data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_topic = cleaned.get("channel") == Broadcast.Channel.FCM
        if is_topic and not TOPIC.fullmatch(cleaned.get("target", "")):
            self.add_error("target", "A topic is made of letters, digits and - _ . ~ % only.")
        return cleaned


class RecipientForm(forms.Form):
    """Whose channels to test: an address of somebody, or nothing for one's own."""

    address = forms.CharField(required=False, max_length=254)

    def __init__(self, *args: Any, operator: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._operator = operator

    def clean_address(self) -> User:
        address = normalise(self.cleaned_data["address"])
        if not address:
            return self._operator
        found = User.objects.filter(is_active=True)
        user = (found.filter(email=address) if "@" in address else found.filter(phone=address)).first()
        if user is None:
            raise forms.ValidationError("Nobody has this email address or phone number.")
        return user
