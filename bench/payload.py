import hashlib
import json
from typing import Any


def payload(number: int) -> dict[str, Any]:
    """What every server sends to its clients: about 200 bytes as JSON, no two alike."""
    return {"shift_id": number, "start_time": "09:00", "end_time": "17:00", "note": f"{number:0130}"}


def digest(data: Any) -> str:
    """Of what is the same as JSON it is the same."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
