"""What outlives the process: the view with its position, commands without an answer, tokens, the id of the device."""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

View = dict[str, dict[str, Any]]
Position = tuple[str, int]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (kind TEXT, key TEXT, data TEXT, PRIMARY KEY (kind, key));
CREATE TABLE IF NOT EXISTS commands (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, frame TEXT);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT);
"""


class Store:
    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        self._database.executescript(SCHEMA)
        self.position: Position | None = None
        if kept := self.fact("position"):
            self.position = (kept[0], kept[1])

    def close(self) -> None:
        self._database.close()

    # The view

    def view(self) -> View:
        view: View = {}
        for kind, key, data in self._database.execute("SELECT kind, key, data FROM objects"):
            view.setdefault(kind, {})[key] = json.loads(data)
        return view

    def apply(self, events: Iterable[dict[str, Any]], position: Position) -> None:
        with self._database:
            for event in events:
                self._fold(event)
            self._put("position", position)
        self.position = position

    def replace(self, view: View, position: Position) -> None:
        with self._database:
            self._database.execute("DELETE FROM objects")
            for kind, objects in view.items():
                for key, data in objects.items():
                    self._fold({"kind": kind, "key": key, "data": data})
            self._put("position", position)
        self.position = position

    def _fold(self, event: dict[str, Any]) -> None:
        name = (event["kind"], event["key"])
        if event["data"] is None:
            self._database.execute("DELETE FROM objects WHERE kind = ? AND key = ?", name)
        else:
            self._database.execute("REPLACE INTO objects VALUES (?, ?, ?)", (*name, json.dumps(event["data"])))

    # Commands

    def commands(self) -> list[dict[str, Any]]:
        return [json.loads(frame) for (frame,) in self._database.execute("SELECT frame FROM commands ORDER BY number")]

    def add_command(self, frame: dict[str, Any]) -> None:
        with self._database:
            self._database.execute("INSERT INTO commands (id, frame) VALUES (?, ?)", (frame["id"], json.dumps(frame)))

    def remove_command(self, id: str) -> None:
        with self._database:
            self._database.execute("DELETE FROM commands WHERE id = ?", (id,))

    # The rest

    def fact(self, name: str) -> Any:
        found = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return json.loads(found[0]) if found else None

    def keep(self, name: str, value: Any) -> None:
        with self._database:
            self._put(name, value)

    def device_id(self) -> str:
        if self.fact("device_id") is None:
            self.keep("device_id", str(uuid4()))
        return str(self.fact("device_id"))

    def _put(self, name: str, value: Any) -> None:
        self._database.execute("REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value)))
