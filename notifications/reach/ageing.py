"""Devices that nobody has used for so long that their addresses have expired, and seals by keys that are to go."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.sealing import SealBroken, reseal
from core.unit import unit
from notifications.conf import limits
from notifications.models import Device
from notifications.reach import devices

logger = logging.getLogger(__name__)

BATCH = 500


@dataclass(slots=True)
class Resealed:
    done: int = 0
    broken: int = 0


def age(now: datetime) -> int:
    """Daily. Answers how many devices were removed."""
    removed = 0
    while lot := devices.remove_unseen(now - timedelta(days=limits.dead_days), most=BATCH):
        removed += lot
    return removed


def reseal_all() -> Resealed:
    """Every address under the newest key; afterwards older keys can be taken away."""
    total = Resealed()
    ids = list(Device.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        lot = _reseal(ids[start : start + BATCH])
        total.done += lot.done
        total.broken += lot.broken
    return total


@unit
def _reseal(ids: list[UUID]) -> Resealed:
    lot = Resealed()
    known = list(Device.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
    for device in known:
        try:
            device.address = reseal(device.address)
            lot.done += 1
        except SealBroken:
            logger.error("seal_broken", extra={"device": str(device.pk)})
            lot.broken += 1
    Device.objects.bulk_update(known, ["address"])
    return lot
