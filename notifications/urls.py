from django.urls import path

from notifications import views
from notifications.reach import views as reach
from notifications.reach.unsubscribe_views import unsubscribe_by_link

urlpatterns = [
    path("inbox", views.Inbox.as_view()),
    path("inbox/unread", views.Unread.as_view()),
    path("inbox/read", views.MarkRead.as_view()),
    path("inbox/seen", views.MarkSeen.as_view()),
    path("inbox/receipts", views.Receipts.as_view()),
    path("inbox/<uuid:notice_id>", views.OneNotice.as_view()),
    path("inbox/<uuid:notice_id>/read", views.MarkOneRead.as_view()),
    path("inbox/<uuid:notice_id>/archive", views.Archive.as_view()),
    path("devices", reach.Devices.as_view()),
    path("devices/unregister", reach.UnregisterDevice.as_view()),
    path("devices/<uuid:device_id>", reach.OneDevice.as_view()),
    path("preferences", reach.Preferences.as_view()),
    path("quiet-hours", reach.QuietHours.as_view()),
    path("unsubscribe", unsubscribe_by_link),
]
