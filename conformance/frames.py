"""What a client may say, as docs/asyncapi.yaml has it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

Frame = dict[str, Any]

ASYNCAPI = Path(__file__).resolve().parent.parent / "docs/asyncapi.yaml"
SCHEMAS = {
    "hello": "Hello",
    "ack": "Ack",
    "ping": "ClientPing",
    "pong": "ClientPong",
    "state": "State",
    "auth": "Auth",
    "subscribe": "Subscribe",
    "unsubscribe": "Unsubscribe",
    "command": "Command",
    "signal": "ClientSignal",
}


COMPONENTS = yaml.safe_load(ASYNCAPI.read_text())["components"]
VALIDATORS = {
    type: Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": COMPONENTS})
    for type, name in SCHEMAS.items()
}


def faults(frame: Frame) -> Iterator[str]:
    """Why this is no frame of the protocol."""
    validator = VALIDATORS.get(frame.get("type", ""))
    if validator is None:
        yield f"no frame of the protocol: {json.dumps(frame)[:200]}"
        return
    for error in validator.iter_errors(frame):
        yield f"a bad `{frame['type']}`: {error.message[:200]}"
