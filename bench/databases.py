"""Databases for peers, on the PostgreSQL that ours is measured on."""

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg


def create(name: str) -> str:
    """Its URL. Sorted by bytes, as Synapse insists and as is quickest for all."""
    server, name = os.environ["DATABASE_URL"], f"{name}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
