from django.urls import path

from shifts import dialect_views as views

urlpatterns = [
    path("", views.Service.as_view()),
    path("connections", views.Connections.as_view()),
    path("shift_offer/respond", views.Respond.as_view()),
    path("shift_offer/<int:shift_id>/available", views.Available.as_view()),
    path("shift_offers/pending/<int:emp_id>", views.Pending.as_view()),
    path("shift_offers/history/<int:emp_id>", views.History.as_view()),
    path("test/send_offer/<int:emp_id>", views.SendTestOffer.as_view()),
]
