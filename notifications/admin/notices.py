from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse

from core.admin import Operated
from notifications.admin.base import KindFilter, life_page
from notifications.messages import text_of
from notifications.models import Delivery, Notice
from notifications.operators import finding, operations
from notifications.operators.forms import RecipientForm
from notifications.operators.life import life_of


@admin.register(Notice)
class NoticeAdmin(Operated):
    list_display = ["kind", "recipient", "importance", "about", "created_at", "how_it_went", "read_at"]
    list_filter = [KindFilter, "importance", "created_at", ("withdrawn_at", admin.EmptyFieldListFilter)]
    list_select_related = ["recipient"]
    search_fields = ["id"]  # by `finding`
    search_help_text = "The id of a notice or of its recipient, an email, a phone number, a subject (kind:key), a name"
    ordering = ["-id"]
    change_form_template = "admin/notifications/notice.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        ways = Delivery.objects.filter(is_clear=False).order_by("step", "pk")
        return super().get_queryset(request).prefetch_related(Prefetch("deliveries", ways, to_attr="ways"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Notice], search_term: str
    ) -> tuple[QuerySet[Notice], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset & finding.notices_about(search_term), False

    @admin.display
    def about(self, notice: Notice) -> str:
        return f"{notice.subject_kind}:{notice.subject_key}"

    @admin.display
    def how_it_went(self, notice: Any) -> str:
        if notice.withdrawn_at:
            return "withdrawn"
        ends = Counter(
            f"{way.channel} {way.state}" + (f" ({way.reason or way.code})" if way.reason or way.code else "")
            for way in notice.ways
        )
        if not ends:
            return "in the inbox only" if notice.planned_at else "not planned yet"
        return ", ".join(f"{end} ×{count}" if count > 1 else end for end, count in ends.items())

    def get_urls(self) -> list[URLPattern]:
        return [
            self.button("test/", self.send_test, "test"),
            self.button("<uuid:notice_id>/withdraw/", self.withdraw, "withdraw"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        notice = self.get_object(request, object_id)
        if notice is None or not self.has_view_permission(request, notice):
            return super().change_view(request, object_id, form_url, extra_context)
        life = life_of(notice)
        context = {
            "life": life,
            "notice": notice,
            "text": text_of(notice, notice.recipient.locale, notice.recipient.zone),
            "given_up": operations.GIVEN_UP,
            "may_withdraw": self.has_operate_permission(request) and notice.withdrawn_at is None,
            "may_retry": request.user.has_perm("notifications.change_delivery"),
            "refresh_seconds": None if life.is_over else 3,
        }
        return super().change_view(request, object_id, form_url, context)

    def withdraw(self, request: HttpRequest, notice_id: UUID) -> HttpResponse:
        notice = get_object_or_404(Notice, pk=notice_id)
        self.press(request, [notice], operations.withdraw, "Withdrawn")
        return life_page(notice)

    def send_test(self, request: HttpRequest) -> HttpResponse:
        form = RecipientForm(request.POST, operator=request.user)
        if not form.is_valid():
            for error in form.errors["address"]:
                self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:dashboard", args=["notifications"]))
        notice = operations.send_test(form.cleaned_data["address"])
        self.log_addition(request, notice, "Sent a test")
        return life_page(notice)
