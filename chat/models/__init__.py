from chat.models.conversations import Conversation, Participant
from chat.models.messages import Media, Message
from chat.models.moderation import Block, MessageReport
from chat.models.reach import Reach

__all__ = ["Block", "Conversation", "Media", "Message", "MessageReport", "Participant", "Reach"]
