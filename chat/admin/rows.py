"""What is only looked at: who talks with whom, and how much. Never what they say, nor what their files are called."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chat.models import Block, Conversation, Media, Participant, Reach
from core.admin import SHOWN, FirstInline, ReadOnly
from core.counting import related_count
from notifications.admin.base import by_person


class ParticipantRows(FirstInline):
    model = Participant
    verbose_name_plural = f"participants: the first {SHOWN}"
    fields = [
        "user", "role", "joined_at", "delivered_seq", "read_seq", "told_seq", "noticed_seq", "is_muted", "left_at",
        "blocked_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participant]:
        return super().get_queryset(request).select_related("user")


@admin.register(Conversation)
class ConversationAdmin(ReadOnly):
    list_display = ["id", "kind", "people", "messages", "last_at", "created_by", "created_at", "look_at"]
    list_filter = ["kind", "created_at", "last_at"]
    list_select_related = ["created_by"]
    search_fields = ["id__endswith", *by_person("participants__user")]
    search_help_text = "The id of a conversation or the end of it; the email, phone number or name of who is in it"
    show_full_result_count = False
    ordering = ["-last_at", "-pk"]
    fields = ["id", "kind", "messages", "last_at", "created_by", "created_at", "look_at"]
    readonly_fields = ["id", "messages"]
    inlines = [ParticipantRows]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        people = related_count(Participant.objects.active(), "conversation")
        return super().get_queryset(request).annotate(people=people)

    @admin.display(ordering="people")
    def people(self, conversation: Any) -> int:
        return conversation.people

    @admin.display(ordering="last_seq")
    def messages(self, conversation: Conversation) -> int:
        return conversation.last_seq


@admin.register(Block)
class BlockAdmin(ReadOnly):
    list_display = ["blocker", "blocked", "created_at"]
    list_select_related = ["blocker", "blocked"]
    search_fields = by_person("blocker", "blocked")
    show_full_result_count = False
    ordering = ["-created_at", "-pk"]


@admin.register(Media)
class MediaAdmin(ReadOnly):
    list_display = ["id", "uploader", "kind", "content_type", "size", "width", "height", "created_at"]
    list_filter = ["kind", "content_type", "created_at"]
    list_select_related = ["uploader"]
    search_fields = ["id__endswith", *by_person("uploader")]
    show_full_result_count = False
    ordering = ["-created_at", "-pk"]
    fields = ["id", "uploader", "kind", "content_type", "size", "width", "height", "created_at"]
    readonly_fields = ["id"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Media | None:
        """Without its name, which is what a page is called."""
        media = super().get_object(request, object_id, from_field)
        if media is not None:
            media.name = str(media.pk)
        return media


@admin.register(Reach)
class ReachAdmin(ReadOnly):
    list_display = ["begun_at", "due", "reached", "missed", "unreachable"]
    list_filter = ["begun_at"]
    ordering = ["-begun_at"]
    show_full_result_count = False

    @admin.display
    def missed(self, reach: Reach) -> int:
        return reach.due - reach.reached
