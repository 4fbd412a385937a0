"""ejabberd with its archive (XEP-0313) in the PostgreSQL of all, spoken to over WebSocket (RFC 7395)."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from bench import databases
from bench.peers.xmpp.accounts import DOMAIN, couples, refuse_forgetful, served
from bench.servers import NotMeasured, Served, process
from tests.services import free_port

SCHEMA = Path("/usr/share/ejabberd/sql/pg.sql")
# As its own script starts it, without the change of user.
COMMAND = ["erl", "-noinput", "+K", "true", "+P", "250000", "-mnesia", "dir", '"{home}/mnesia"', "-s", "ejabberd"]


@contextmanager
def talking(directory: Path, conversations: int) -> Iterator[tuple[Served, Sequence[dict[str, str]]]]:
    libraries = next(Path("/usr/lib").glob("*/ejabberd-*/ebin"), None)
    if libraries is None or not SCHEMA.exists():
        raise NotMeasured("ejabberd is not installed: apt-get install ejabberd erlang-p1-pgsql")
    port, home, people = free_port(), directory / "ejabberd", couples(conversations)
    home.mkdir()
    database = databases.create("ejabberd")
    _write_accounts(database, people)
    (home / "ejabberd.yml").write_text(json.dumps(_settings(database, port)))  # JSON is YAML
    env = {
        "HOME": str(home),
        "ERL_LIBS": str(libraries.parent.parent),
        "EJABBERD_CONFIG_PATH": str(home / "ejabberd.yml"),
        "EJABBERD_LOG_PATH": str(home / "ejabberd.log"),
    }
    with process([word.format(home=home) for word in COMMAND], env, directory, port) as pid:
        yield served(port, pid), people
        refuse_forgetful(database, "archive")


def _write_accounts(database: str, people: Sequence[dict[str, str]]) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(SCHEMA.read_text())
        for person in people:
            connection.execute(
                "INSERT INTO users (username, password) VALUES (%s, %s)", [person["name"], person["password"]]
            )


def _settings(database: str, port: int) -> dict[str, Any]:
    where = urlsplit(database)
    return {
        "hosts": [DOMAIN],
        "loglevel": "error",
        "listen": [
            {
                "port": port,
                "ip": "127.0.0.1",
                "backlog": 128,  # of 5, a hundred who come at once are kept waiting for seconds
                "module": "ejabberd_http",
                "request_handlers": {"/xmpp-websocket": "ejabberd_http_ws"},
            }
        ],
        "auth_method": ["sql"],
        "default_db": "sql",
        "sql_type": "pgsql",
        "sql_server": where.hostname,
        "sql_port": where.port,
        "sql_database": where.path[1:],
        "sql_username": where.username,
        "sql_password": "",
        "modules": {"mod_disco": {}, "mod_ping": {}, "mod_roster": {}, "mod_mam": {"default": "always"}},
    }
