"""Under /api/chat. Media are shared with the seed's app; its other paths, without `my`, are in dialect_urls."""

from django.urls import path

from chat.views import conversations, media, messages, people

urlpatterns = [
    path("/my/conversations", conversations.Conversations.as_view()),
    path("/my/conversations/<uuid:conversation_id>", conversations.OneConversation.as_view()),
    path("/my/conversations/<uuid:conversation_id>/mute", conversations.Mute.as_view()),
    path("/my/conversations/<uuid:conversation_id>/leave", conversations.Leave.as_view()),
    path("/my/conversations/<uuid:conversation_id>/participants", conversations.Participants.as_view()),
    path(
        "/my/conversations/<uuid:conversation_id>/participants/<uuid:user_id>", conversations.OneParticipant.as_view()
    ),
    path("/my/conversations/<uuid:conversation_id>/messages", messages.Messages.as_view()),
    path("/my/conversations/<uuid:conversation_id>/read", messages.Read.as_view()),
    path("/my/conversations/<uuid:conversation_id>/delivered", messages.Delivered.as_view()),
    path("/my/conversations/<uuid:conversation_id>/receipts", messages.Receipts.as_view()),
    path("/my/messages/<uuid:message_id>", messages.OneMessage.as_view()),
    path("/media", media.Uploads.as_view()),
    path("/media/<uuid:media_id>", media.OneMedia.as_view()),
    path("/media/<uuid:media_id>/link", media.Link.as_view()),
    path("/my/search", messages.Search.as_view()),
    path("/my/presence", people.Presence.as_view()),
    path("/my/blocks", people.Blocks.as_view()),
    path("/my/blocks/<uuid:user_id>", people.OneBlock.as_view()),
    path("/my/reports", people.Reports.as_view()),
]
