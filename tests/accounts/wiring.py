"""Stands in the wiring for an upper layer: it hears of revocations, carries texts, and has scopes for machines."""

from collections.abc import Collection
from uuid import UUID

heard: list[tuple[UUID, Collection[UUID]]] = []


def hear(user_id: UUID, session_ids: Collection[UUID]) -> None:
    heard.append((user_id, session_ids))


class Carrier:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.carried: list[tuple[str, str]] = []
        self.has_contract = True
        self.has_network = True

    def is_configured(self) -> bool:
        return self.has_contract

    def send(self, address: str, text: str) -> None:
        if not self.has_network:
            raise RuntimeError(f"{address} cannot be reached.")
        self.carried.append((address, text))


carrier = Carrier()

REVOKED = [hear]
EXPORTS = {"shoes": lambda user: {"size": 42}}
CARRIERS = {"sms": carrier}
SCOPES = {"sample.scan": "Send scans", "sample.plan": "Plan"}
