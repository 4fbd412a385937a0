from django.urls import path

from shifts import views

urlpatterns = [
    path("", views.Shifts.as_view()),
    path("/analytics", views.Analytics.as_view()),
    path("/offers", views.MyOffers.as_view()),
    path("/offers/history", views.MyHistory.as_view()),
    path("/<int:shift_id>", views.OneShift.as_view()),
    path("/<int:shift_id>/offer", views.OfferShift.as_view()),
    path("/<int:shift_id>/offers", views.Considered.as_view()),
    path("/<int:shift_id>/withdraw", views.WithdrawOffers.as_view()),
    path("/<int:shift_id>/assign", views.AssignShift.as_view()),
    path("/<int:shift_id>/cancel", views.CancelShift.as_view()),
    path("/<int:shift_id>/accept", views.AcceptOffer.as_view()),
    path("/<int:shift_id>/reject", views.RejectOffer.as_view()),
    path("/<int:shift_id>/drop", views.DropShift.as_view()),
]
