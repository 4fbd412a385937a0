from collections.abc import Callable

from conformance.example.client import Client

WRONG: list[tuple[str, type[Client]]] = []  # a scenario, and who must fail it


def breaks(*scenarios: str) -> Callable[[type[Client]], type[Client]]:
    def noted(client: type[Client]) -> type[Client]:
        WRONG.extend((scenario, client) for scenario in scenarios)
        return client

    return noted
