"""What the local days of providers that are over came to."""

from datetime import datetime


def count_everywhere(now: datetime) -> None:
    """Beat."""
