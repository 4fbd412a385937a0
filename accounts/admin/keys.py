from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import keys
from accounts.models import ApiKey
from core.admin import Buttons, ServiceAdmin
from core.wiring import declared


def scopes() -> list[tuple[str, str]]:
    return [(scope, f"{scope}: {gettext(title)}") for scope, title in declared("SCOPES").items()]


class ApiKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(choices=scopes, widget=UnfoldAdminCheckboxSelectMultipleWidget)

    class Meta:
        model = ApiKey
        fields = ["owner", "name", "scopes", "expires_at"]


@admin.register(ApiKey)
class ApiKeyAdmin(Buttons, ServiceAdmin):
    """A key is made and revoked. Its secret is in the answer to the form that made it, and nowhere else."""

    form = ApiKeyForm
    list_display = ["name", "id", "may", "owner", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    search_fields = ["id", "name", "owner__email", "owner__phone", "owner__full_name"]
    ordering = ["-created_at"]
    autocomplete_fields = ["owner"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        if obj is None:
            return ["owner", "name", "scopes", "expires_at"]
        return ["id", "owner", "name", "may", "fingerprint", "created_at", "last_used_at", "expires_at", "revoked_at"]

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False  # what a machine has sent names its key

    def get_urls(self) -> list[URLPattern]:
        return [self.button("<str:key_id>/revoke/", self.revoke_one, "revoke"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {**(extra_context or {}), "may_revoke": self.has_operate_permission(request)}
        return super().change_view(request, object_id, form_url, shown)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made, obj.secret = keys.create_key(**form.cleaned_data, now=timezone.now())
        obj.pk, obj.fingerprint = made.pk, made.fingerprint

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """At once and without a redirect: a message, or a page to go to, would have to keep the secret."""
        shown = {"title": "The secret of the key", "opts": self.opts, "key": obj, "secret": obj.secret}
        context = {**self.admin_site.each_context(request), **shown}
        return TemplateResponse(request, "admin/accounts/apikey/secret.html", context)

    @admin.display(description="may")
    def may(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.action(description="Revoke: let in no more", permissions=["operate"])
    def revoke(self, request: HttpRequest, chosen: Iterable[ApiKey]) -> None:
        now = timezone.now()
        self.press(request, chosen, lambda key: keys.revoke_key(key, now=now), "Revoked")

    def revoke_one(self, request: HttpRequest, key_id: str) -> HttpResponse:
        self.revoke(request, [get_object_or_404(ApiKey, pk=key_id)])
        return HttpResponseRedirect(reverse("admin:accounts_apikey_change", args=[key_id]))
