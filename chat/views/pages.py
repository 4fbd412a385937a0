from core.api import Pages


class LatestActivity(Pages):
    ordering = ("-last_at", "-id")


class NewestBlocks(Pages):
    ordering = ("-created_at", "-pk")
