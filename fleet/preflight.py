"""Does the fleet know what time it is, and are its counts right?"""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfoNotFoundError

from django.conf import settings
from django.utils import timezone

from core.pdf import has_font
from fleet import auditing
from fleet.operators import gates
from fleet.ranges import Days, local_date, zone

RECENT = timedelta(days=6)


def fleet() -> Iterator[tuple[bool, str]]:
    now = timezone.now()
    try:
        zone()
    except (ZoneInfoNotFoundError, ValueError):
        yield False, f"CAMPUS_ZONE is no time zone: {settings.CAMPUS_ZONE}"
        return
    yield True, f"days end at midnight in {settings.CAMPUS_ZONE}"
    yield has_font(), f"reports are printed in {settings.PDF_FONT}"
    overdue = gates.overdue(now)
    yield not overdue, f"{overdue} suspensions and registrations should have ended"
    days = Days(local_date(now) - RECENT, local_date(now))
    wrong = auditing.drift(days)
    yield not wrong, f"{len(wrong)} counts of the last 7 days are not what the rows say"
    devices = gates.devices(now)
    silent = sum(device.is_silent for device in devices)
    yield True, f"{len(devices)} devices have keys, {silent} of them were not heard of for an hour"
