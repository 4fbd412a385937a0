from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse
from django.utils import timezone

from accounts.services import deactivate_user
from chat.admin import pages
from chat.models import MessageReport
from chat.services import moderation
from core.admin import Operated
from notifications.admin.base import by_person


@admin.register(MessageReport)
class MessageReportAdmin(Operated):
    list_display = ["__str__", "status", "reason", "sender", "reporter", "created_at", "handled_by", "handled_at"]
    list_filter = ["status", "reason", "created_at"]
    list_select_related = ["message__sender", "reporter", "handled_by"]
    search_fields = by_person("message__sender", "reporter")
    search_help_text = "The email, phone number or name of who sent the message, or of who reported it"
    ordering = ["-pk"]
    fields = ["status", "reason", "note", "sender", "reporter", "created_at", "handled_by", "handled_at"]
    readonly_fields = ["sender"]
    actions = ["dismiss", "uphold"]

    @admin.display(ordering="message__sender")
    def sender(self, report: MessageReport) -> str:
        return str(report.message.sender)

    @admin.action(description="Dismiss: the message stays", permissions=["operate"])
    def dismiss(self, request: HttpRequest, chosen: Any) -> None:
        now = timezone.now()
        self.press(request, chosen, lambda one: moderation.dismiss(one, request.user, now=now), "Dismissed")

    @admin.action(description="Uphold: the message is removed", permissions=["operate"])
    def uphold(self, request: HttpRequest, chosen: Any) -> None:
        now = timezone.now()
        self.press(request, chosen, lambda one: moderation.uphold(one, request.user, now=now), "Message removed")

    def get_urls(self) -> list[URLPattern]:
        buttons = {"dismiss": self.dismiss_one, "uphold": self.uphold_one, "suspend": self.suspend_sender}
        return [
            *(self.button(f"<int:report_id>/{name}/", view, name) for name, view in buttons.items()),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        report = self.get_object(request, object_id)
        shown = pages.of_report(request, report) if report and self.has_view_permission(request, report) else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def dismiss_one(self, request: HttpRequest, report_id: int) -> HttpResponse:
        self.dismiss(request, [_report(report_id)])
        return _back_to(report_id)

    def uphold_one(self, request: HttpRequest, report_id: int) -> HttpResponse:
        self.uphold(request, [_report(report_id)])
        return _back_to(report_id)

    def suspend_sender(self, request: HttpRequest, report_id: int) -> HttpResponse:
        """Of the account: so it takes the right to change accounts, too; and of an operator, all rights."""
        if not request.user.has_perm(pages.MAY_SUSPEND):
            raise PermissionDenied
        report = _report(report_id)
        if report.message.sender.is_staff and not request.user.is_superuser:
            raise PermissionDenied
        self.press(request, [report.message.sender], deactivate_user, "Suspended for a reported message")
        self.log_change(request, report, "Sender suspended")
        return _back_to(report_id)


def _report(report_id: int) -> MessageReport:
    return get_object_or_404(MessageReport.objects.select_related("message__sender"), pk=report_id)


def _back_to(report_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:chat_messagereport_change", args=[report_id]))
