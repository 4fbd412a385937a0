"""Makes many rows of few, on PostgreSQL: copies of whole tables, in which what points to each other still does."""

from collections.abc import Sequence

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import CharField, DateTimeField, Field, ForeignKey, Model, UniqueConstraint, UUIDField

APART = 10_000_000  # numbers of one copy and the next; what is copied has fewer rows
# What the stream, the clock and the code keep for themselves, once each.
NOT_COPIED = {"realtime", "sample", "Skill", "Qualification", "ChannelHealth", "Reach"}


def whole_world() -> list[type[Model]]:
    """All that people and operators made, in the apps that are installed."""
    models = [model for app in settings.OURS for model in apps.get_app_config(app.rpartition(".")[2]).get_models()]
    return [one for one in models if not {one._meta.app_label, one.__name__} & NOT_COPIED]


def copy(models: Sequence[type[Model]], times: int, *, hours: float = 0) -> None:
    """Each copy lies so many hours before the one before it."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for model in models:
            fields = model._meta.concrete_fields
            names = ", ".join(f'"{field.column}"' for field in fields)
            values = ", ".join(_value(field, models, hours) for field in fields)
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} "
                f"FROM {model._meta.db_table} seed CROSS JOIN generate_series(1, {times}) n"
            )
        cursor.execute("RESET statement_timeout")


def _value(field: Field, copied: Sequence[type[Model]], hours: float) -> str:
    column = f'seed."{field.column}"'
    owner, key = _pointed_at(field)
    is_key = key.primary_key and owner in copied
    if is_key and isinstance(key, UUIDField):
        return f"md5({column}::text || n)::uuid"
    if isinstance(key, CharField) and (is_key or (key is field and _is_unique(field))):
        return f"left(md5({column} || n), {key.max_length})"
    if is_key:
        return f"{column} + n::bigint * {APART}"
    if isinstance(field, DateTimeField):
        return f"{column} - n * {hours} * interval '1 hour'"
    return column


def _pointed_at(field: Field) -> tuple[type[Model], Field]:
    """The key itself; a key may be a foreign key, too."""
    while isinstance(field, ForeignKey):
        field = field.target_field
    return field.model, field


def _is_unique(field: Field) -> bool:
    constraints = [one for one in field.model._meta.constraints if isinstance(one, UniqueConstraint)]
    return field.unique or any(field.name in one.fields for one in constraints)
