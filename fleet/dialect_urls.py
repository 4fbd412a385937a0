"""Under /api. What seed 003's app reads is under /api/fleet: see fleet.urls."""

from django.urls import path

from fleet.views import dialect_decisions

urlpatterns = [
    path("violations/confirm", dialect_decisions.ConfirmViolation.as_view()),
    path("sanctions/from-violation", dialect_decisions.SanctionViolation.as_view()),
]
