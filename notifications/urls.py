from django.urls import path

from notifications import reach_views, views
from notifications.unsubscribe_views import unsubscribe_by_link

urlpatterns = [
    path("inbox", views.Inbox.as_view()),
    path("inbox/unread", views.Unread.as_view()),
    path("inbox/read", views.MarkRead.as_view()),
    path("inbox/seen", views.MarkSeen.as_view()),
    path("inbox/receipts", views.Receipts.as_view()),
    path("inbox/<uuid:notice_id>", views.OneNotice.as_view()),
    path("inbox/<uuid:notice_id>/read", views.MarkOneRead.as_view()),
    path("inbox/<uuid:notice_id>/archive", views.Archive.as_view()),
    path("devices", reach_views.Devices.as_view()),
    path("devices/unregister", reach_views.UnregisterDevice.as_view()),
    path("devices/<uuid:device_id>", reach_views.OneDevice.as_view()),
    path("preferences", reach_views.Preferences.as_view()),
    path("quiet-hours", reach_views.QuietHours.as_view()),
    path("unsubscribe", unsubscribe_by_link),
]
