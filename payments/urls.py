from django.urls import path

from payments import views

urlpatterns = [
    path("payments", views.Payments.as_view()),
    path("payments/method", views.Method.as_view()),
    path("payments/<uuid:payment_id>", views.OnePayment.as_view()),
    path("payments/<uuid:payment_id>/intent", views.Intent.as_view()),
    path("payments/<uuid:payment_id>/refresh", views.Refresh.as_view()),
    path("payments/webhooks/<slug:gateway>", views.Webhook.as_view()),
]
