from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts import keys, linking, services, sessions
from accounts.models import ApiKey, FirebaseIdentity, Session, User
from core.admin import Buttons, ServiceAdmin
from core.wiring import declared


class PasswordForm(AdminPasswordChangeForm):
    def save(self, commit: bool = True) -> User:
        """By the service, which ends what the old password opened."""
        is_usable = self.cleaned_data["set_usable_password"]
        services.set_password(self.user, self.cleaned_data["password1"] if is_usable else None)
        return self.user


class PersonForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "phone")
        field_classes: dict[str, Any] = {}


class FirebaseIdentityInline(admin.TabularInline):
    model = FirebaseIdentity
    readonly_fields = ["uid", "linked_at"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(StockUserAdmin):
    add_form = PersonForm
    change_password_form = PasswordForm
    list_display = ["__str__", "email", "phone", "is_active", "is_staff", "joined_at"]
    list_filter = ["is_active", "is_staff", "locale"]
    search_fields = ["email", "phone", "full_name"]
    ordering = ["-joined_at"]
    readonly_fields = [
        "is_active",
        "email_verified_at",
        "phone_verified_at",
        "last_login",
        "joined_at",
        "anonymised_at",
    ]
    fieldsets = [
        (None, {"fields": ["email", "phone", "full_name", "locale", "zone", "password"]}),
        ("Standing", {"fields": readonly_fields}),
        ("Rights", {"fields": ["is_staff", "is_superuser", "groups", "user_permissions"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "phone", "usable_password", "password1", "password2"]})]
    actions = ["deactivate", "reactivate", "revoke_sessions", "unlink_firebase"]

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[type[admin.TabularInline]]:
        return [FirebaseIdentityInline] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # ledgers point at users; they are deactivated, or delete themselves

    @admin.action(description="Deactivate: sign out everywhere and let in no more", permissions=["change"])
    def deactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            services.deactivate_user(user)

    @admin.action(description="Reactivate", permissions=["change"])
    def reactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users.filter(anonymised_at=None):
            services.reactivate_user(user)

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def revoke_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        ended = sum(len(sessions.revoke(user.pk)) for user in users)
        self.message_user(request, f"Ended {ended} sessions.")

    @admin.action(description="Forget who signs in with Firebase", permissions=["change"])
    def unlink_firebase(self, request: HttpRequest, users: QuerySet[User]) -> None:
        unlinked = sum(linking.unlink(user) for user in users)
        self.message_user(request, f"Forgot {unlinked} Firebase identities.")


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    list_display = ["user", "device", "is_long_lived", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = ["is_long_lived", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__phone", "user__full_name", "device"]
    ordering = ["-last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False


def scopes() -> list[tuple[str, str]]:
    return [(scope, f"{scope}: {gettext(title)}") for scope, title in declared("SCOPES").items()]


class ApiKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(choices=scopes, widget=forms.CheckboxSelectMultiple)

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
