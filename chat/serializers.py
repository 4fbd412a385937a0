from contextlib import suppress
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from chat import shapes
from chat.conf import limits
from chat.models import Conversation, Media, Message, MessageReport, Participant
from core.api import read

LARGEST = 2**53  # what clients written in JavaScript can count


class MediaOut(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Media.Kind.choices)
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)

    def to_representation(self, instance: Media) -> dict[str, Any]:
        return shapes.media(instance)


class MessageOut(serializers.Serializer):
    """The object of kind `chat.message`. A deleted one has lost its body and media."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    seq = serializers.IntegerField(help_text="Its number in the conversation, from 1 without a gap.")
    sender_id = serializers.UUIDField()
    client_id = serializers.UUIDField(help_text="The id of the command it was sent by.")
    kind = serializers.ChoiceField(choices=Message.Kind.choices)
    body = serializers.CharField()
    media = MediaOut(allow_null=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: Message) -> dict[str, Any]:
        return shapes.message(instance)


class LinkedMediaOut(MediaOut):
    url = serializers.CharField(help_text="Signed for the caller; it expires. Each answer has a new one.")


class LinkedMessageOut(MessageOut):
    media = LinkedMediaOut(allow_null=True)


class LinkOut(serializers.Serializer):
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class UploadIn(serializers.Serializer):
    """One of them."""

    file = serializers.FileField(required=False)
    image = serializers.ImageField(required=False, help_text="Only a picture will do.")


class PersonOut(serializers.Serializer):
    user_id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Participant.Role.choices)
    is_active = serializers.BooleanField(help_text="False for one who has left, or whom the other has blocked.")


class PositionOut(serializers.Serializer):
    """How far one has come."""

    delivered_seq = serializers.IntegerField()
    read_seq = serializers.IntegerField()


class ReceiptsOut(serializers.Serializer):
    """The object of kind `chat.receipts`."""

    participants = serializers.DictField(child=PositionOut(), help_text="By user id; empty in large groups.")


class ConversationOut(serializers.Serializer):
    """The object of kind `chat.conversation`, and what is unread, with the last message."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Conversation.Kind.choices)
    title = serializers.CharField()
    context = serializers.DictField(help_text="What it is about, as its app says.")  # type: ignore[assignment]
    created_at = serializers.DateTimeField()
    participants = PersonOut(many=True)
    is_muted = serializers.BooleanField()
    since_seq = serializers.IntegerField(help_text="The caller sees the messages after this one.")
    unread = serializers.IntegerField()
    read_seq = serializers.IntegerField()
    last_seq = serializers.IntegerField()
    last_at = serializers.DateTimeField(help_text="When something was last said.")
    last_message = LinkedMessageOut(allow_null=True)


class MessagesOut(serializers.Serializer):
    """A page of a conversation, in its order."""

    messages = LinkedMessageOut(many=True)
    has_older = serializers.BooleanField()
    has_newer = serializers.BooleanField()


class FoundOut(serializers.Serializer):
    """A page of what was found, the newest first."""

    messages = LinkedMessageOut(many=True)
    has_older = serializers.BooleanField()


class PresenceOut(serializers.Serializer):
    user_id = serializers.UUIDField()
    is_online = serializers.BooleanField()
    last_seen_at = serializers.DateTimeField(allow_null=True)


class BlockedOut(serializers.Serializer):
    user_id = serializers.UUIDField(source="blocked_id")
    created_at = serializers.DateTimeField()


class MessageReportOut(serializers.Serializer):
    message_id = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=MessageReport.Reason.choices)
    note = serializers.CharField()
    status = serializers.ChoiceField(choices=MessageReport.Status.choices)
    created_at = serializers.DateTimeField()


class ConversationUnreadOut(serializers.Serializer):
    """The object of kind `chat.unread`."""

    unread = serializers.IntegerField()
    read_seq = serializers.IntegerField()


class SayIn(serializers.Serializer):
    body = serializers.CharField(max_length=limits.body, required=False, allow_blank=True, default="")
    media_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    after = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The client_id of the message this one follows: refused for the moment while that is missing.",
    )


class SendIn(SayIn):
    conversation_id = serializers.UUIDField()


def send_in(data: dict[str, Any]) -> dict[str, Any]:
    """What SendIn makes of it; of a plain text, as nearly all are, in a fifth of the time."""
    match data:
        case {"conversation_id": str(conversation_id), "body": str(body)} if len(data) == 2:
            body = body.strip()
            with suppress(ValueError):  # no UUID, or half of a surrogate pair
                if body.encode() and len(body) <= limits.body and "\0" not in body:
                    return {"conversation_id": UUID(conversation_id), "body": body}
    return read(SendIn, data)


class SentOut(serializers.Serializer):
    """Without its words: answers are kept for repeats, also of what is deleted later."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    client_id = serializers.UUIDField()
    seq = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class OpenedOut(serializers.Serializer):
    conversation_id = serializers.UUIDField()
    is_new = serializers.BooleanField()


class MessageIdIn(serializers.Serializer):
    message_id = serializers.UUIDField()


class BodyIn(serializers.Serializer):
    body = serializers.CharField(max_length=limits.body, allow_blank=True)


class EditIn(MessageIdIn, BodyIn):
    pass


class SeqIn(serializers.Serializer):
    seq = serializers.IntegerField(min_value=0, max_value=LARGEST)


class PageIn(serializers.Serializer):
    """Next to a message by its number, which `around` includes; the newest where none is named."""

    before = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False)
    after = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False)
    around = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=limits.longest_page, required=False, default=limits.page)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) > 2:
            raise serializers.ValidationError(_("Give one of before, after and around."))
        return attrs


class SearchIn(serializers.Serializer):
    q = serializers.CharField(max_length=limits.search, help_text='As in search engines: words, "a phrase", -without.')
    conversation_id = serializers.UUIDField(required=False)
    before = serializers.UUIDField(required=False, help_text="The last message of the page before.")


class MoveIn(SeqIn):
    conversation_id = serializers.UUIDField()


class TypingIn(serializers.Serializer):
    conversation_id = serializers.UUIDField()
    is_typing = serializers.BooleanField(required=False, default=True)


class ConversationIdIn(serializers.Serializer):
    conversation_id = serializers.UUIDField()


class OpenIn(serializers.Serializer):
    participant_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=limits.participants)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    context = serializers.DictField(required=False, default=dict)
    is_group = serializers.BooleanField(required=False, default=False)


class PeopleIn(serializers.Serializer):
    user_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=limits.participants)


class MembersIn(PeopleIn, ConversationIdIn):
    pass


class MemberIn(ConversationIdIn):
    user_id = serializers.UUIDField()


class TitleIn(serializers.Serializer):
    title = serializers.CharField(max_length=120, allow_blank=True)


class RenameIn(TitleIn, ConversationIdIn):
    pass


class MutedIn(serializers.Serializer):
    is_muted = serializers.BooleanField(required=False, default=True)


class MuteIn(MutedIn, ConversationIdIn):
    pass


class PersonIn(serializers.Serializer):
    user_id = serializers.UUIDField()


class MessageReportIn(MessageIdIn):
    reason = serializers.ChoiceField(choices=MessageReport.Reason.choices)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
