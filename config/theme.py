"""How the operators' pages look. Their sidebar is in config/operators, our own styles in static/operators."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static


def style(request: HttpRequest) -> str:
    return static("operators/operators.css")


def script(request: HttpRequest) -> str:
    return static("operators/labels.js")


def icon(request: HttpRequest) -> str:
    return static("live/icon.svg")


THEME: dict[str, Any] = {
    "SITE_TITLE": "Operators",
    "SITE_HEADER": "Operators",
    "SITE_SUBHEADER": "Realtime server",
    "SITE_ICON": icon,
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": icon}],
    "STYLES": [style],
    "SCRIPTS": [script],
    "LOGIN": {"form": "accounts.forms.OperatorLoginForm"},
    "SIDEBAR": {"show_search": True, "navigation": "config.operators.sidebar.navigation"},
    "COLORS": {
        "primary": {
            "50": "#effaf9",
            "100": "#d5f1ef",
            "200": "#aee3e0",
            "300": "#7acecb",
            "400": "#45b1af",
            "500": "#2a9594",
            "600": "#1f7879",
            "700": "#1d6062",
            "800": "#1c4d50",
            "900": "#1b4043",
            "950": "#0a2427",
        }
    },
}
