"""What a hand does on a ward while its nurses look at their pages."""

from datetime import timedelta

from django.utils.timezone import now

from shifts import selectors, services


def offer_soon(seconds: float, emp_ids: list[int]) -> int:
    """A shift that begins right away: until then it can be accepted."""
    start_at = now() + timedelta(seconds=seconds)
    shift = services.create_shift(start_at=start_at, end_at=start_at + timedelta(hours=8), location_name="Night ward")
    services.offer_shift_to(shift, selectors.employees(emp_ids), now=now())
    return shift.pk
