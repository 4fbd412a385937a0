from uuid import UUID

from core.unit import unit
from fleet import freshness
from fleet.models import Officer


@unit
def retire(user_id: UUID) -> None:
    """She decides and sees nothing any more, and boards forget her name. What she said of vehicles stays said."""
    Officer.objects.filter(pk=user_id).update(is_active=False)
    freshness.violations_changed()
