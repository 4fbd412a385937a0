"""Whom notices reach, and how they want it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.admin import Operated, ReadOnly
from notifications.admin.base import USER_SEARCH, life_page
from notifications.models import Device, DeviceChange, Digest, Notice, Preference, QuietHours
from notifications.operators import operations


@admin.register(Device)
class DeviceAdmin(Operated):
    list_display = [
        "__str__", "user", "address_kind", "app_version", "renders_data", "is_enabled", "dead_reason",
        "last_registered_at", "last_seen_at",
    ]  # fmt: skip
    list_filter = ["platform", "is_enabled", "renders_data", "last_seen_at"]
    list_select_related = ["user"]
    search_fields = ["^fingerprint", *USER_SEARCH]
    ordering = ["-last_seen_at"]
    # All but the address, which nobody needs to see, and what stands for it.
    fields = [
        "user", "platform", "address_kind", "app_version", "locale", "renders_data", "is_enabled", "dead_reason",
        "last_registered_at", "last_seen_at",
    ]  # fmt: skip
    actions = ["send_test", "unbind"]

    @admin.action(description="Send a test", permissions=["operate"])
    def send_test(self, request: HttpRequest, devices: QuerySet[Device]) -> HttpResponse | None:
        notices: list[Notice] = []

        def send(device: Device) -> None:
            notices.append(operations.send_test_to(device, now=timezone.now()))

        self.press(request, devices.select_related("user"), send, "Sent a test")
        return life_page(notices[0]) if len(notices) == 1 else None

    @admin.action(description="Unbind: no push to it until its app registers again", permissions=["operate"])
    def unbind(self, request: HttpRequest, devices: QuerySet[Device]) -> None:
        self.press(request, devices, operations.unbind, "Unbound")


@admin.register(DeviceChange)
class DeviceChangeAdmin(ReadOnly):
    list_display = ["what", "reason", "user_id", "device_id", "at"]
    list_filter = ["what", "at"]
    search_fields = ["=user_id", "=device_id"]
    ordering = ["-at"]


@admin.register(Preference)
class PreferenceAdmin(ReadOnly):
    list_display = ["user", "kind", "channel", "is_enabled"]
    list_filter = ["channel", "is_enabled"]
    list_select_related = ["user"]
    search_fields = USER_SEARCH


@admin.register(QuietHours)
class QuietHoursAdmin(ReadOnly):
    list_display = ["user", "zone", "windows"]
    list_select_related = ["user"]
    search_fields = USER_SEARCH


@admin.register(Digest)
class DigestAdmin(ReadOnly):
    list_display = ["recipient", "kind", "opened_at", "due_at", "sent_at"]
    list_filter = [("sent_at", admin.EmptyFieldListFilter)]
    list_select_related = ["recipient"]
