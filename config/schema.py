"""The one path of the API that is no Django view describes itself here."""

from typing import Any

PATH = "/api/stream"

EVENTS = {
    "type": "object",
    "required": ["position", "head", "events"],
    "properties": {
        "position": {"type": "string", "description": "Where to go on: `<epoch>:<offset>`."},
        "head": {"type": "integer", "description": "The newest offset of the stream."},
        "events": {"type": "array", "items": {"type": "object"}, "description": "As `event` frames of the socket."},
    },
}


def describe_stream(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    refusals = {"400": "A bad position.", "401": "Sign in first.", "410": "Reload.", "429": "Too many polls."}
    result["paths"][PATH] = {
        "get": {
            "operationId": "stream_retrieve",
            "tags": ["stream"],
            "description": "The events after a position: at once, or as soon as there are any within `wait` seconds.",
            "parameters": [
                _query("after", {"type": "string"}, "The position to go on from; the newest where it is left out."),
                _query("wait", {"type": "integer", "minimum": 0, "maximum": 25}, "Seconds; 0 by default."),
            ],
            "security": [{"accessToken": []}, {"cookieAuth": []}],
            "responses": {
                "200": {"description": "Events.", "content": {"application/json": {"schema": EVENTS}}},
                **{status: {"description": text} for status, text in refusals.items()},
            },
        }
    }
    return result


def _query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"in": "query", "name": name, "schema": schema, "description": description}
