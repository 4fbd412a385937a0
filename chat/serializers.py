from typing import Any

from rest_framework import serializers

from chat import shapes
from chat.conf import limits
from chat.models import Media, Message, MessageReport, Participant

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


class PersonOut(serializers.Serializer):
    user_id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Participant.Role.choices)
    is_active = serializers.BooleanField(help_text="False for one who has left, or whom the other has blocked.")


class UnreadOut(serializers.Serializer):
    """The object of kind `chat.unread`."""

    unread = serializers.IntegerField()
    read_seq = serializers.IntegerField()


class SendIn(serializers.Serializer):
    conversation_id = serializers.UUIDField()
    body = serializers.CharField(max_length=limits.body, required=False, allow_blank=True, default="")
    media_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    after = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The client_id of the message this one follows: refused for the moment while that is missing.",
    )


class SentOut(serializers.Serializer):
    """The answer to what was sent."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    client_id = serializers.UUIDField()
    seq = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class MessageIdIn(serializers.Serializer):
    message_id = serializers.UUIDField()


class EditIn(MessageIdIn):
    body = serializers.CharField(max_length=limits.body, allow_blank=True)


class MoveIn(serializers.Serializer):
    conversation_id = serializers.UUIDField()
    seq = serializers.IntegerField(min_value=0, max_value=LARGEST)


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


class MembersIn(ConversationIdIn):
    user_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=limits.participants)


class MemberIn(ConversationIdIn):
    user_id = serializers.UUIDField()


class RenameIn(ConversationIdIn):
    title = serializers.CharField(max_length=120, allow_blank=True)


class MuteIn(ConversationIdIn):
    is_muted = serializers.BooleanField(required=False, default=True)


class PersonIn(serializers.Serializer):
    user_id = serializers.UUIDField()


class ReportIn(MessageIdIn):
    reason = serializers.ChoiceField(choices=MessageReport.Reason.choices)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
