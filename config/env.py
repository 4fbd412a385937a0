"""Settings come from the environment; what the embedded default needs and nobody gave, it makes once in DATA_DIR."""

import os
import secrets
from pathlib import Path


def env(name: str, default: str = "") -> str:
    return os.environ.get(name) or default


def flag(name: str, default: bool = False) -> bool:
    return env(name, str(default)).lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    return int(env(name, str(default)))


def words(name: str, default: str = "") -> list[str]:
    """A list; set but empty means an empty one."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def prefixed(prefix: str) -> dict[str, str]:
    """REALTIME_WINDOW=64 -> {"window": "64"}"""
    return {name[len(prefix) :].lower(): value for name, value in os.environ.items() if name.startswith(prefix)}


def secret(name: str, data_dir: Path, *, may_be_made: bool) -> str:
    """The secret `name`; production must give it, the embedded default keeps one of its own in `data_dir`."""
    if given := env(name):
        return given
    if not may_be_made:
        raise RuntimeError(f"Set {name}: with DATABASE_URL set, secrets come from the environment.")
    kept = data_dir / f"{name.lower()}.txt"
    try:
        with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return kept.read_text()
