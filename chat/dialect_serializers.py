"""What seed 004's app sends and is answered, for reading and for the schema."""

from rest_framework import serializers

from chat.conf import limits

MOST_PER_PAGE = 100


class SeedMessageOut(serializers.Serializer):
    id = serializers.UUIDField()
    client_id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    sender_id = serializers.UUIDField()
    sender_name = serializers.CharField()
    content = serializers.CharField()
    message_type = serializers.CharField(help_text="text, image or file.")
    media_url = serializers.CharField(allow_null=True, help_text="Signed for the caller; it expires.")
    is_read = serializers.BooleanField()
    isRead = serializers.BooleanField()  # noqa: N815
    status = serializers.CharField(help_text="sent, delivered or seen.")
    delivered_at = serializers.DateTimeField(allow_null=True)
    seen_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    createdAt = serializers.DateTimeField()  # noqa: N815


class SeedMessagesOut(serializers.Serializer):
    """Newest first."""

    messages = SeedMessageOut(many=True)
    total_count = serializers.IntegerField()
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()


class SeedPersonOut(serializers.Serializer):
    user_id = serializers.UUIDField()
    full_name = serializers.CharField()
    avatar_url = serializers.CharField(allow_null=True)


class SeedPlaceOut(SeedPersonOut):
    conversation_id = serializers.UUIDField()
    last_read_message_id = serializers.UUIDField(allow_null=True)
    unread_count = serializers.IntegerField()
    joined_at = serializers.DateTimeField()


class SeedConversationOut(serializers.Serializer):
    """`participants` are the others."""

    id = serializers.UUIDField()
    car_id = serializers.CharField(allow_null=True)
    car_title = serializers.CharField(allow_null=True)
    car_image_url = serializers.CharField(allow_null=True)
    car_price = serializers.FloatField(allow_null=True)
    car_seller_id = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    participants = SeedPersonOut(many=True)
    last_message = SeedMessageOut(allow_null=True)
    unread_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class SeedBegunOut(SeedConversationOut):
    """`participants` are all, and how far each has read."""

    participants = SeedPlaceOut(many=True)


class BeginIn(serializers.Serializer):
    participant_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=limits.participants)
    car_id = serializers.CharField(max_length=200, required=False, allow_null=True, allow_blank=True, default="")
    car_title = serializers.CharField(max_length=120, required=False, allow_null=True, allow_blank=True, default="")
    context = serializers.DictField(required=False, allow_null=True, default=dict)  # type: ignore[assignment]


class PageIn(serializers.Serializer):
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    page_size = serializers.IntegerField(min_value=1, default=50, help_text=f"At most {MOST_PER_PAGE} are answered.")


class HistoryIn(PageIn):
    conversation_id = serializers.UUIDField()


class SeedReadIn(serializers.Serializer):
    message_id = serializers.CharField(max_length=64)
