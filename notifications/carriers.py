"""Text messages for whoever below needs one, such as a code that proves an address: `CARRIERS` in the wiring."""

from typing import TYPE_CHECKING, cast

from notifications import channels, trees
from notifications.channels.parcel import Outcome, Verdict
from notifications.outbox.courier import courier

if TYPE_CHECKING:
    from notifications.channels.sms import Sms


class NotTaken(Exception):
    """Its text holds no address."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{outcome.verdict} {outcome.code}")
        self.outcome = outcome


class TextMessages:
    def is_configured(self) -> bool:
        return channels.is_configured(trees.SMS)

    def send(self, address: str, text: str) -> None:
        """Waits until the provider has it, so on a worker's thread."""
        outcome = courier.run(_send(address, text))
        if outcome.verdict != Verdict.ACCEPTED:
            raise NotTaken(outcome)


SMS = TextMessages()


async def _send(address: str, text: str) -> Outcome:
    return await cast("Sms", channels.channel(trees.SMS)).send_text(address, text)
