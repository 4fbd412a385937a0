from django.urls import path

from fleet.views import charts, ingest, mirrors, registry, reports, reviews

urlpatterns = [
    path("/scans", ingest.Scans.as_view()),
    path("/violations", mirrors.Violations.as_view()),
    path("/vehicles", mirrors.Vehicles.as_view()),
    path("/summary", mirrors.Summary.as_view()),
    path("/violation-distribution", mirrors.Distribution.as_view()),
    path("/vehicle-logs", mirrors.Logs.as_view()),
    path("/violations/<uuid:violation_id>/confirm", reviews.Confirm.as_view()),
    path("/violations/<uuid:violation_id>/dismiss", reviews.Dismiss.as_view()),
    path("/violations/<uuid:violation_id>/sanction", reviews.Punish.as_view()),
    path("/reviews", reviews.Reviews.as_view()),
    path("/reviews/<uuid:violation_id>", reviews.OneReview.as_view()),
    path("/sanctions", reviews.Sanctions.as_view()),
    path("/sanctions/<uuid:sanction_id>/lift", reviews.Lift.as_view()),
    path("/boards/<str:name>", charts.Board.as_view()),
    path("/registry", registry.Registry.as_view()),
    path("/registry/search", registry.Search.as_view()),
    path("/registry/<uuid:vehicle_id>", registry.OneVehicle.as_view()),
    path("/registry/<uuid:vehicle_id>/logs", registry.Logs.as_view()),
    path("/registry/<uuid:vehicle_id>/scans", registry.Scans.as_view()),
    path("/registry/<uuid:vehicle_id>/violations", registry.Violations.as_view()),
    path("/registry/<uuid:vehicle_id>/sanctions", registry.Sanctions.as_view()),
    path("/vehicles/<uuid:vehicle_id>/report", reports.Report.as_view()),
    path("/vehicles/<uuid:vehicle_id>/report.pdf", reports.Document.as_view()),
]
