import json
import shlex
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.sessions import open_session

PASSWORD = "demo-pass"
NUMBERS = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}
NAMES = {
    "owner": "Olivia Owner",
    **{f"pro{n}": f"Professional {word}" for n, word in NUMBERS.items()},
    "customer": "Carl Customer",
    "provider": "Paula Provider",
    **{f"nurse{n}": f"Nurse {word}" for n, word in NUMBERS.items()},
    "alice": "Alice",
    "bob": "Bob",
    "guard": "Gary Guard",
}


def people() -> None:
    """Everybody of the demo world, each once however often it is built."""
    for name, full_name in NAMES.items():
        _person(f"{name}@demo.test", full_name)
    _person("admin@demo.test", "Ada Admin", is_staff=True, is_superuser=True)


def token(email: str, *, is_long_lived: bool = False) -> str:
    """An access token of somebody of the demo world, for the lines that a newcomer is shown."""
    user = User.objects.get(email=email)
    return open_session(user, device="Quick start", is_long_lived=is_long_lived, now=timezone.now()).access_token


def curl(who: str, method: str, url: str, body: dict[str, Any] | None = None) -> str:
    """A line for a newcomer, whose shell has the token of `who` under that name."""
    data = f" -H 'Content-Type: application/json' -d '{json.dumps(body)}'" if body else ""
    return f'  curl -X {method} {shlex.quote(url)} -H "Authorization: Bearer ${who}"{data}'


def _person(email: str, full_name: str, **rights: bool) -> None:
    if not User.objects.filter(email=email).exists():
        User.objects.create_user(email, PASSWORD, full_name=full_name, email_verified_at=timezone.now(), **rights)
