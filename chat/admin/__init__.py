from chat.admin.reports import MessageReportAdmin
from chat.admin.rows import BlockAdmin, ConversationAdmin, MediaAdmin, ReachAdmin

__all__ = ["BlockAdmin", "ConversationAdmin", "MediaAdmin", "MessageReportAdmin", "ReachAdmin"]
