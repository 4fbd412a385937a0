from contextlib import suppress

from core.doorbell import ring
from core.unit import unit
from tests.sample.models import Counter
from tests.sample.tasks import hear


@unit
def ring_in_a_unit(text: str) -> None:
    ring(hear, text)


def ring_in_a_failing_unit(text: str) -> None:
    with suppress(ZeroDivisionError), unit():
        ring(hear, text)
        raise ZeroDivisionError


def heard() -> list[str]:
    return list(Counter.objects.filter(text__in=["committed", "rolled back"]).values_list("text", flat=True))
