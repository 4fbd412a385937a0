from django.db import connection

from shifts.models import Shift


def pass_over(shift_id: int) -> None:
    """Shifts are numbered by a counter, which on PostgreSQL does not see a number that was given by hand."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            counter = "pg_get_serial_sequence(%s, 'id')"
            cursor.execute(
                f"SELECT setval({counter}, greatest(nextval({counter}), %s))",
                [Shift._meta.db_table, Shift._meta.db_table, shift_id],
            )
