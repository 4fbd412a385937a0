import secrets

from core.unit import unit
from realtime.models import Epoch


@unit
def begin_epoch() -> str:
    """After a restore, offsets given out since the backup will mean other events: no position of before may resume."""
    value = secrets.token_hex(6)
    Epoch.objects.update_or_create(pk=1, defaults={"value": value})
    return value
