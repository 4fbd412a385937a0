from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm as ThemedAuthenticationForm

from accounts.throttles import LoginPerAddress, OperatorLoginPerAccount

TOO_MANY = _("Too many attempts. Please wait a minute, then try again.")


class Counted:
    """Counts together with the API: who guesses there may not go on here."""

    def clean(self) -> dict[str, Any]:
        throttles = (OperatorLoginPerAccount(self.cleaned_data.get("username", "")), LoginPerAddress())
        counted = [throttle.allow_request(self.request, None) for throttle in throttles]
        if not all(counted):
            raise forms.ValidationError(TOO_MANY, code="throttled")
        return super().clean()


class LoginForm(Counted, AuthenticationForm):
    """Of live pages."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("That address and password do not belong together."),
    }


class OperatorLoginForm(Counted, ThemedAuthenticationForm):
    """Of the admin."""
