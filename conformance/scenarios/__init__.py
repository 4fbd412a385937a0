"""All that a client is held against."""

from conformance.running import REGISTERED
from conformance.scenarios import (
    backing_off,
    boards,
    closing,
    commands,
    connecting,
    events,
    liveness,
    polling,
    presence,
    resuming,
    tokens,
)

MODULES = (connecting, events, resuming, liveness, closing, backing_off, tokens, commands, boards, presence, polling)
SCENARIOS = {name: scenario for module in MODULES for name, scenario in REGISTERED.items() if name in vars(module)}
