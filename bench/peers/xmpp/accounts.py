import psycopg
from psycopg import sql

from bench.servers import Served

DOMAIN = "bench.test"
PASSWORD = "of-no-use"


def couples(conversations: int) -> list[dict[str, str]]:
    """People who write to each other two by two, as XmppTalker wants them."""
    names = [f"user{place}" for place in range(2 * conversations)]
    return [
        {"name": name, "to": f"{names[place ^ 1]}@{DOMAIN}", "domain": DOMAIN, "password": PASSWORD}
        for place, name in enumerate(names)
    ]


def served(port: int, pid: int) -> Served:
    return Served("xmpp", f"ws://127.0.0.1:{port}/xmpp-websocket", "", pid)


def refuse_forgetful(database: str, archive: str) -> None:
    """A server whose archive could not be written has done less than the others."""
    with psycopg.connect(database) as connection:
        kept = connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(archive))).fetchall()
    if not kept:
        raise RuntimeError(f"Nothing was kept in {archive}.")
