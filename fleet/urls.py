from django.urls import path

from fleet.views import ingest

urlpatterns = [
    path("/scans", ingest.Scans.as_view()),
    path("/violations", ingest.Violations.as_view()),
]
