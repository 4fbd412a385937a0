"""How much and how long. `CHAT_<NAME>` in the environment overrides a limit."""

from dataclasses import dataclass

from django.conf import settings

from core.limits import Overridable


@dataclass(frozen=True, slots=True)
class Limits(Overridable):
    body: int = 4000  # characters of a message
    context_bytes: int = 4096
    participants: int = 200  # of a group
    receipts_upto: int = 20  # participants; in larger groups nobody is told who has read what
    page: int = 50  # messages of a page
    longest_page: int = 100
    search: int = 100  # characters of what is searched for
    search_results: int = 50
    edit_hours: float = 48  # how long what was sent can be edited
    reports_per_day: int = 50  # of one person
    report_days: float = 180  # how long it is kept what a report that was decided on said
    conversations_per_day: int = 200  # that one person may open
    # Push: who looks at an app is given so long to acknowledge; of a burst only the newest are told.
    ack_seconds: float = 5
    pushed_at_once: int = 5
    lot: int = 200  # conversations a sweep looks at
    reach_seconds: float = 30  # in time
    reach_days: float = 30  # how long it is kept what share was reached
    media_hours: float = 24  # until an upload that no message names is removed
    media_url_seconds: int = 3600  # how long a signed address of a picture can be followed
    file_bytes: int = 10 * 1024 * 1024


limits = Limits.from_settings("CHAT_", settings.CHAT)
