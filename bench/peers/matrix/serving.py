"""Synapse, the reference server of Matrix, as one process on the PostgreSQL of all; fetched into a place of its own."""

import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import databases
from bench.servers import NotMeasured, Served, process
from tests.house import ROOT
from tests.services import free_port

VERSION = "1.163.2"
HOME = ROOT / "var" / f"synapse-{VERSION}"
SECRET = "of no use"
NO_LIMIT = {"per_second": 1e6, "burst_count": 10**6}


@contextmanager
def talking(directory: Path, conversations: int) -> Iterator[tuple[Served, list[dict[str, Any]]]]:
    _install()
    port, home = free_port(), directory / "synapse"
    home.mkdir()
    (home / "homeserver.yaml").write_text(json.dumps(_settings(home, port)))  # JSON is YAML
    (home / "log.yaml").write_text(json.dumps({"version": 1, "root": {"level": "WARNING"}}))
    command = [str(HOME / "bin" / "python"), "-m", "synapse.app.homeserver", "-c", str(home / "homeserver.yaml")]
    env = {"PYTHONPATH": ""}
    subprocess.run([*command, "--generate-keys"], cwd=home, env=os.environ | env, check=True, capture_output=True)
    with process(command, env, directory, port) as pid:
        url = f"http://127.0.0.1:{port}"
        yield Served("matrix", url, "", pid), _couples(url, conversations)


def _couples(url: str, conversations: int) -> list[dict[str, Any]]:
    """People who have a direct room two by two: their tokens, and the room."""
    people = []
    for number in range(conversations):
        host, guest = (_register(url, f"user{number}_{side}") for side in range(2))
        wanted = {"preset": "trusted_private_chat", "is_direct": True, "invite": [guest["user_id"]]}
        room = _ask(f"{url}/_matrix/client/v3/createRoom", wanted, host["access_token"])["room_id"]
        _ask(f"{url}/_matrix/client/v3/rooms/{room}/join", {}, guest["access_token"])
        people += [{"token": user["access_token"], "room": room} for user in (host, guest)]
    return people


def _register(url: str, name: str) -> dict[str, Any]:
    register = f"{url}/_synapse/admin/v1/register"
    nonce = _ask(register)["nonce"]
    proof = "\0".join([nonce, name, "password", "notadmin"])
    mac = hmac.new(SECRET.encode(), proof.encode(), hashlib.sha1).hexdigest()
    return _ask(register, {"nonce": nonce, "username": name, "password": "password", "admin": False, "mac": mac})


def _ask(url: str, body: dict[str, Any] | None = None, token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def _settings(home: Path, port: int) -> dict[str, Any]:
    """As its documentation has them for PostgreSQL; without limits, presence and federation, which spares it work."""
    database = urlsplit(databases.create("synapse"))
    limits = ["rc_message", "rc_registration", "rc_room_creation", "rc_joins_per_room"]
    return {
        "server_name": "bench.test",
        "report_stats": False,
        "pid_file": str(home / "pid"),
        "log_config": str(home / "log.yaml"),
        "signing_key_path": str(home / "signing.key"),
        "media_store_path": str(home / "media"),
        "registration_shared_secret": SECRET,
        "macaroon_secret_key": SECRET,
        "form_secret": SECRET,
        "bcrypt_rounds": 4,
        "presence": {"enabled": False},
        "federation_domain_whitelist": [],
        "trusted_key_servers": [],
        "listeners": [
            {
                "port": port,
                "bind_addresses": ["127.0.0.1"],
                "type": "http",
                "tls": False,
                "resources": [{"names": ["client"]}],
            }
        ],
        "database": {
            "name": "psycopg2",
            "args": {
                "user": database.username,
                "host": database.hostname,
                "port": database.port,
                "dbname": database.path[1:],
                "cp_min": 5,
                "cp_max": 10,
            },
        },
        **dict.fromkeys(limits, NO_LIMIT),
        "rc_login": dict.fromkeys(["address", "account", "failed_attempts"], NO_LIMIT),
        "rc_joins": dict.fromkeys(["local", "remote"], NO_LIMIT),
        "rc_invites": dict.fromkeys(["per_room", "per_user", "per_issuer"], NO_LIMIT),
    }


def _install() -> None:
    if (HOME / "installed").exists():
        return
    shutil.rmtree(HOME, ignore_errors=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], capture_output=True, text=True, check=True)
        install = [str(HOME / "bin" / "pip"), "install", "--quiet", f"matrix-synapse[postgres]=={VERSION}"]
        subprocess.run(install, capture_output=True, text=True, timeout=300, check=True)
    except subprocess.TimeoutExpired:
        raise NotMeasured("pip install matrix-synapse did not end within five minutes") from None
    except subprocess.CalledProcessError as failed:
        raise NotMeasured(
            f"pip install matrix-synapse failed: {(failed.stderr.strip() or '?').splitlines()[-1]}"
        ) from None
    (HOME / "installed").touch()
