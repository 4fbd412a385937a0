"""Two who act at one moment, on PostgreSQL."""

from django.db import connection


def somebody_waits_for_us() -> bool:
    """For a lock that our unit holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))")
        (is_so,) = cursor.fetchone()
        return bool(is_so)
