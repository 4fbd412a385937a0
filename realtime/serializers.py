from rest_framework import serializers

from realtime.protocol import CommandIn


class CommandsIn(serializers.Serializer):
    commands = serializers.ListField(child=CommandIn(), min_length=1, max_length=100)
    atomic = serializers.BooleanField(required=False, default=False)


class ReplyOut(serializers.Serializer):
    id = serializers.UUIDField()
    ok = serializers.BooleanField()
    data = serializers.JSONField(required=False)  # type: ignore[assignment]
    error = serializers.JSONField(required=False)
    replayed = serializers.BooleanField(required=False)


class RepliesOut(serializers.Serializer):
    replies = ReplyOut(many=True)


class SyncOut(serializers.Serializer):
    position = serializers.CharField(help_text="Resume from here: `<epoch>:<offset>`.")
    view = serializers.DictField(help_text="kind -> key -> object, as events carry it.")
