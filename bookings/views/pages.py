from core.api import Pages


class Newest(Pages):
    ordering = ("-created_at", "-id")


class NewestReviews(Pages):
    ordering = ("-created_at", "-pk")


class Agenda(Pages):
    ordering = ("start_at", "id")
