from django.urls import path

from chat import dialect_views as views
from chat.views import media

urlpatterns = [
    path("chat/conversations", views.Conversations.as_view()),
    path("chat/conversations/<uuid:conversation_id>/messages", views.Messages.as_view()),
    path("chat/conversations/<uuid:conversation_id>/read", views.Read.as_view()),
    path("chat/history", views.History.as_view()),
    path("upload", media.SeedsUploads.as_view()),
]
