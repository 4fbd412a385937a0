"""Clients that break one rule each, and the scenarios that must notice it."""

from tests.conformance.wrong import boards, commands, connecting, events, lasting, polling, waiting
from tests.conformance.wrong.breaking import WRONG

MODULES = (connecting, events, lasting, waiting, commands, boards, polling)

__all__ = ["MODULES", "WRONG"]
