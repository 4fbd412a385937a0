"""What is searched: on PostgreSQL a column of words and its index. SQLite reads through the conversation."""

from typing import Any

from django.db import migrations

CREATE = [
    "ALTER TABLE chat_message ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED",
    # New words wait in a list until it is long: a short one is put away without anybody having to wait for it.
    "CREATE INDEX message_words ON chat_message USING gin (words) WITH (gin_pending_list_limit = 256)",
]
DROP = ["ALTER TABLE chat_message DROP COLUMN words"]


def create(apps: Any, schema_editor: Any) -> None:
    _execute(schema_editor, CREATE)


def drop(apps: Any, schema_editor: Any) -> None:
    _execute(schema_editor, DROP)


def _execute(schema_editor: Any, statements: list[str]) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
