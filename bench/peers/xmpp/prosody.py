"""Prosody with its archive (XEP-0313) in the PostgreSQL of all, spoken to over WebSocket (RFC 7395)."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench import databases
from bench.peers.xmpp.accounts import DOMAIN, couples, refuse_forgetful, served
from bench.servers import NotMeasured, Served, process
from tests.services import free_port

SETTINGS = """
run_as_root = true
daemonize = false
pidfile = "{home}/pid"
data_path = "{home}"
log = {{ error = "{home}/log" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports, s2s_ports, https_ports, c2s_direct_tls_ports = {{}}, {{}}, {{}}, {{}}
http_ports, http_interfaces = {{ {port} }}, {{ "127.0.0.1" }}
modules_enabled = {{ "roster", "saslauth", "disco", "ping", "websocket", "mam" }}
modules_disabled = {{ "s2s", "offline", "tls" }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_websocket_secure = true
authentication = "internal_plain"
storage = {{ archive = "sql" }}
sql = {{ driver = "PostgreSQL", host = "{where.hostname}", port = {where.port},
    username = "{where.username}", password = "", database = "{name}" }}
VirtualHost "{domain}"
"""


@contextmanager
def talking(directory: Path, conversations: int) -> Iterator[tuple[Served, Sequence[dict[str, str]]]]:
    if not shutil.which("prosody"):
        raise NotMeasured("prosody is not installed: apt-get install prosody lua-dbi-postgresql")
    port, home, people = free_port(), directory / "prosody", couples(conversations)
    _write_accounts(home, people)
    settings, database = home / "prosody.cfg.lua", databases.create("prosody")
    where = urlsplit(database)
    settings.write_text(SETTINGS.format(home=home, port=port, domain=DOMAIN, where=where, name=where.path[1:]))
    with process(["prosody", "-F", "--config", str(settings)], {}, directory, port) as pid:
        yield served(port, pid), people
        refuse_forgetful(database, "prosodyarchive")


def _write_accounts(home: Path, people: Sequence[dict[str, str]]) -> None:
    """As its own storage keeps them."""
    accounts = home / DOMAIN.replace(".", "%2e") / "accounts"
    accounts.mkdir(parents=True)
    for person in people:
        (accounts / f"{person['name']}.dat").write_text(f'return {{ ["password"] = "{person["password"]}"; }};\n')
