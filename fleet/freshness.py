"""What shows a change: boards that are rendered anew, and kept reads that are out of date."""

from fleet import kept
from realtime.boards import touch

VIOLATIONS = "fleet.violations"
VEHICLES = "fleet.vehicles"
SUMMARY = "fleet.summary"
DISTRIBUTION = "fleet.violation_distribution"
LOGS = "fleet.vehicle_logs"
BOARDS = [VIOLATIONS, VEHICLES, SUMMARY, DISTRIBUTION, LOGS]


def vehicles_moved() -> None:
    _changed(VEHICLES, SUMMARY, LOGS)


def violations_changed() -> None:
    _changed(VIOLATIONS, SUMMARY, DISTRIBUTION)


def registry_changed() -> None:
    """Violations show whose vehicle it was."""
    _changed(VEHICLES, SUMMARY, VIOLATIONS)


def all_changed() -> None:
    _changed(*BOARDS)


def _changed(*boards: str) -> None:
    touch(*boards)
    kept.outdate(*boards)
