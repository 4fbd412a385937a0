from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import linking, services, sessions
from accounts.models import FirebaseIdentity, Session, User
from core.admin import Buttons, ModelAdmin, ReadOnly, TabularInline

RIGHTS = ["is_staff", "is_superuser", "groups"]


class PasswordForm(AdminPasswordChangeForm):
    def save(self, commit: bool = True) -> User:
        """By the service, which ends what the old password opened."""
        is_usable = self.cleaned_data["set_usable_password"]
        services.set_password(self.user, self.cleaned_data["password1"] if is_usable else None)
        return self.user


class PersonForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "phone")
        field_classes: dict[str, Any] = {}


class FirebaseIdentityInline(TabularInline):
    model = FirebaseIdentity
    readonly_fields = ["uid", "linked_at"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(StockUserAdmin, Buttons, ModelAdmin):
    form = UserChangeForm
    add_form = PersonForm
    change_password_form = PasswordForm
    list_display = ["__str__", "email", "phone", "is_active", "is_staff", "joined_at"]
    list_filter = ["is_active", "is_staff", "groups", "locale"]
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
        ("Rights", {"fields": RIGHTS}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "phone", "usable_password", "password1", "password2"]})]
    filter_horizontal = []  # a box for each, as elsewhere
    actions = ["deactivate", "reactivate", "revoke_sessions", "unlink_firebase"]

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[type[TabularInline]]:
        return [FirebaseIdentityInline] if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Nobody gives herself rights, nor others those she does not have."""
        return self.readonly_fields if request.user.is_superuser else [*self.readonly_fields, *RIGHTS]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Whoever sets the password of an operator could become her."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or not obj.is_staff or request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # ledgers point at users; they are deactivated, or delete themselves

    @admin.action(description="Deactivate: sign out everywhere and let in no more", permissions=["change"])
    def deactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self.press(request, self._changeable(request, users), services.deactivate_user, "Deactivated")

    @admin.action(description="Reactivate", permissions=["change"])
    def reactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        there = self._changeable(request, users).filter(anonymised_at=None)
        self.press(request, there, services.reactivate_user, "Reactivated")

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def revoke_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        ended: list[int] = []
        there = self._changeable(request, users)
        self.press(request, there, lambda user: ended.append(len(sessions.revoke(user.pk))), "Signed out everywhere")
        self.message_user(request, f"Ended {sum(ended)} sessions.")

    @admin.action(description="Forget who signs in with Firebase", permissions=["change"])
    def unlink_firebase(self, request: HttpRequest, users: QuerySet[User]) -> None:
        unlinked: list[int] = []
        there = self._changeable(request, users)
        self.press(request, there, lambda user: unlinked.append(linking.unlink(user)), "Unlinked from Firebase")
        self.message_user(request, f"Forgot {sum(unlinked)} Firebase identities.")

    def _changeable(self, request: HttpRequest, users: QuerySet[User]) -> QuerySet[User]:
        return users if request.user.is_superuser else users.filter(is_staff=False)


@admin.register(Session)
class SessionAdmin(ReadOnly):
    list_display = ["user", "device", "is_long_lived", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = ["is_long_lived", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__phone", "user__full_name", "device"]
    ordering = ["-last_used_at"]
