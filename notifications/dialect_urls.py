from django.urls import path

from notifications import dialect_views as views

urlpatterns = [
    path("notifications", views.Notifications.as_view()),
    path("notifications/unread-count", views.UnreadCount.as_view()),
    path("notifications/mark-all-read", views.MarkAllRead.as_view()),
    path("notifications/<uuid:notice_id>/read", views.MarkRead.as_view()),
    path("chat/device", views.ThisDevice.as_view()),
]
