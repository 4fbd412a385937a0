from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from core.admin import ReadOnly, ServiceAdmin
from notifications.models import Broadcast
from notifications.operators import operations
from notifications.operators.forms import BroadcastForm


@admin.register(Broadcast)
class BroadcastAdmin(ServiceAdmin, ReadOnly):
    form = BroadcastForm
    add_form_template = "admin/notifications/broadcast.html"
    list_display = ["title", "channel", "target", "state", "code", "error", "by", "created_at", "ended_at"]
    list_filter = ["state", "channel", "created_at"]
    list_select_related = ["by"]
    ordering = ["-created_at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("notifications.add_broadcast")

    def get_fields(self, request: HttpRequest, obj: Broadcast | None = None) -> list[str]:
        return [field.name for field in self.opts.fields if field.name != "id"] if obj else BroadcastForm.Meta.fields

    def save_model(self, request: HttpRequest, obj: Broadcast, form: forms.ModelForm, change: bool) -> None:
        facts = form.cleaned_data
        operations.broadcast(broadcast_id=facts.pop("id"), **facts, by=request.user, now=timezone.now())
