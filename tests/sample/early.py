"""How it must not be done: the object is rendered when it is published, before the readers' heads are taken."""

from uuid import UUID

from django.db.models import F
from django.utils.timezone import now

from core.unit import unit
from realtime import kinds, publishing
from realtime.hints import Telling
from realtime.publishing import Audience, Fact
from tests.sample.models import Counter, Share
from tests.sample.services import members


@unit
def add(counter_id: int, user_id: UUID) -> None:
    Share.objects.filter(counter=counter_id, user_id=user_id).update(mine=F("mine") + 1)
    readers = members(counter_id)
    early = kinds.render("sample.counter", {str(counter_id): readers})
    Counter.objects.filter(pk=counter_id).update(total=F("total") + 1)
    audience = Audience(Fact("", ("sample.counter", counter_id), readers), readers, [reader.hex for reader in readers])
    offsets = publishing._take_offsets([audience])
    telling = Telling(
        name="x",
        kind="sample.counter",
        key=str(counter_id),
        shape=1,
        data=early.shared[str(counter_id)],
        command=None,
        at=now(),
        users=audience.users,
        offsets=[offsets[user] for user in audience.users],
        overlays=early.own(str(counter_id), readers),
    )
    publishing._insert_entries([telling], publishing._insert_events([telling]))
