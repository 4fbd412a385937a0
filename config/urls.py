from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="live")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("admin/", admin.site.urls),
    path("live/", include("config.live")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/auth/", include("accounts.urls")),
    path("api/", include("realtime.urls")),
    path("api/", include("notifications.urls")),
    path("api/", include("notifications.dialect_urls")),
    path("api/", include("payments.urls")),
]

# Native paths of a domain, and the paths its seed's client has fixed.
for domain in settings.DOMAINS:
    urlpatterns.append(path(f"api/{domain}", include(f"{domain}.urls")))
    if find_spec(f"{domain}.dialect_urls"):
        urlpatterns.append(path("api/", include(import_module(f"{domain}.dialect_urls"))))
