"""The site of the operators. What is on its index and in its sidebar follows from what the apps declare."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh
from unfold.sites import UnfoldAdminSite

from core import audit
from core.dashboards import views
from core.dashboards.declared import overview_for


class OperatorsSite(UnfoldAdminSite):
    index_title = "Overview"

    def extra_urls(self) -> list[URLPattern]:
        return [path("dashboards/<slug:name>/", self.admin_view(views.dashboard), name="dashboard")]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """In the order of the house; those of others come last."""
        places = {label: place for place, label in enumerate(settings.OURS)}
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: places.get(app["app_label"], len(places)))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        now = timezone.now()
        shown = {"now": now, "overview": overview_for(request.user, now), "acts": audit.newest_for(request.user)}
        return super().index(request, {**shown, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.htmx:
            return HttpResponseClientRefresh()  # a part of a page is no place for a form to sign in with
        return super().login(request, extra_context)
