from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import linking, services, sessions
from accounts.models import FirebaseIdentity, Session, User


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
