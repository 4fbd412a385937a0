"""How an offer looks in its reader's view: the shift, which all readers share, and what is her own."""

from collections.abc import Collection, Mapping
from typing import Any

from realtime.kinds import Key, Kind, Reader
from shifts import selectors
from shifts.models import Shift, ShiftOffer
from shifts.serializers import OwnOfferOut, ShiftFactsOut


def shift_facts(keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    return {str(shift.pk): ShiftFactsOut(shift).data for shift in Shift.objects.filter(pk__in=keys)}


def own_offers(readers: Collection[Reader]) -> dict[Reader, Mapping[str, Any]]:
    wanted = set(readers)
    offers = ShiftOffer.objects.filter(
        shift__in={key for key, _ in wanted}, employee__user__in={user_id for _, user_id in wanted}
    ).select_related("employee")
    hers = {(str(offer.shift_id), offer.employee.user_id): offer for offer in offers}
    return {reader: OwnOfferOut(offer).data for reader, offer in hers.items() if reader in wanted}


OFFER = Kind(render=shift_facts, own=own_offers, keys_of=selectors.recent_keys, rank=20, is_windowed=True)
