from core.api import Pages


class NewestReports(Pages):
    ordering = ("-created_at", "-id")


class NewestRequests(Pages):
    ordering = ("-asked_at", "-id")


class NewestEstimates(Pages):
    ordering = ("-submitted_at", "-id")


class OldestEstimates(Pages):
    ordering = ("submitted_at", "id")


class NewestBlocks(Pages):
    ordering = ("-created_at", "-id")
