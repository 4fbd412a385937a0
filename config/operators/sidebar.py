from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from core.dashboards.declared import dashboards_for

# Apps of others whose pages are among those of one of ours.
AMONG = {"auth": "accounts", "admin": "accounts"}
ICONS = {
    "accounts": "group",
    "realtime": "cell_tower",
    "notifications": "notifications",
    "payments": "payments",
    "dispatch": "car_crash",
    "bookings": "calendar_month",
    "shifts": "badge",
    "chat": "forum",
    "fleet": "local_shipping",
    "django_celery_beat": "schedule",
}
ICON = "folder_open"
NAMES = {"LogEntry": "Audit log"}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Dashboards first, then what each app keeps."""
    first, *others = [{"title": "Dashboards", "items": _overviews(request)}, *_apps(request)]
    return [first, *({**app, "separator": place == 0} for place, app in enumerate(others))]


def _overviews(request: HttpRequest) -> list[dict[str, Any]]:
    start = {"title": "Overview", "icon": "home", "link": reverse("admin:index")}
    return [
        start,
        *(
            {"title": one.title, "icon": one.icon, "link": reverse("admin:dashboard", args=[name])}
            for name, one in dashboards_for(request.user).items()
        ),
    ]


def _apps(request: HttpRequest) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for app in admin.site.get_app_list(request):
        label = AMONG.get(app["app_label"], app["app_label"])
        group = groups.setdefault(label, {"title": _title(label, app["name"]), "collapsible": True, "items": []})
        group["items"] += [
            {"title": NAMES.get(model["object_name"], model["name"]), "link": model["admin_url"]}
            for model in app["models"]
            if model["admin_url"]
        ]
    return list(groups.values())


def _title(label: str, name: str) -> str:
    icon = ICONS.get(label, ICON)
    return format_html('<span class="material-symbols-outlined md-18 ops-icon">{}</span>{}', icon, name)
