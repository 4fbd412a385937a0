"""The unit: what nests, what is forgotten, what is tried again."""

import itertools
import threading
import time
from contextlib import suppress

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.transaction import TransactionManagementError

from core.errors import Busy
from core.unit import OutsideUnit, is_in_unit, remember, unit
from realtime.models import Entry, Stream
from realtime.publishing import Fact, publish
from tests.factories.accounts import UserFactory
from tests.sample.models import Counter

keys = itertools.count(1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader():
    return UserFactory().pk


def told(reader) -> list[str]:
    entries = Entry.objects.filter(user_id=reader).order_by("offset")
    return list(entries.values_list("event__name", flat=True))


def fact(name: str, reader) -> Fact:
    return Fact(name, ("sample.counter", next(keys)), [reader])


def test_what_is_published_is_written_with_the_commit(reader):
    with unit():
        publish(fact("one", reader))
        assert told(reader) == []
    assert told(reader) == ["one"]


def test_nothing_can_be_published_outside(reader):
    with pytest.raises(OutsideUnit):
        publish(fact("one", reader))
    assert not is_in_unit()


@unit
def fail_after(name: str, reader) -> None:
    Counter.objects.create()
    publish(fact(name, reader))
    raise ZeroDivisionError


def test_a_failed_unit_leaves_nothing(reader):
    with pytest.raises(ZeroDivisionError):
        fail_after("one", reader)

    assert (Counter.objects.count(), told(reader), Stream.objects.count()) == (0, [], 0)


def test_an_inner_unit_that_fails_is_forgotten_and_the_outer_goes_on(reader):
    with unit():
        publish(fact("before", reader))
        with pytest.raises(ZeroDivisionError):
            fail_after("inside", reader)
        publish(fact("after", reader))

    assert (told(reader), Counter.objects.count()) == (["before", "after"], 0)


@unit
def swallow_an_error(reader) -> None:
    Stream.objects.create(pk=reader, head=1)
    with suppress(IntegrityError):
        Stream.objects.bulk_create([Stream(user_id=reader)])


def test_a_swallowed_database_error_does_not_pass_for_a_commit(reader):
    with pytest.raises(TransactionManagementError):
        swallow_an_error(reader)

    assert Stream.objects.count() == 0


def test_contention_is_tried_again_from_the_start(reader):
    tries = []

    @unit
    def contend() -> str:
        tries.append(is_in_unit())
        publish(fact(f"try {len(tries)}", reader))
        if len(tries) < 3:
            raise OperationalError("database is locked")
        return "done"

    assert (contend(), tries, told(reader)) == ("done", [True] * 3, ["try 3"])


def test_contention_without_end_is_a_temporary_refusal():
    @unit
    def contend() -> None:
        raise OperationalError("database is locked")

    with pytest.raises(Busy):
        contend()


def test_other_database_troubles_are_not_tried_again():
    tries = []

    @unit
    def fail() -> None:
        tries.append(1)
        raise OperationalError("no such table")

    with pytest.raises(OperationalError):
        fail()
    assert len(tries) == 1


def test_a_real_deadlock_is_survived(reader):
    one, two = Counter.objects.create(), Counter.objects.create()
    meeting = threading.Barrier(2, timeout=5)
    met = threading.local()

    @unit
    def lock_both(first: int, second: int) -> None:
        Counter.objects.select_for_update(no_key=True).get(pk=first)
        if not hasattr(met, "once"):
            met.once = True
            meeting.wait()
        Counter.objects.select_for_update(no_key=True).get(pk=second)
        Counter.objects.filter(pk__in=[first, second]).update(total=1)

    def run(*order: int) -> None:
        lock_both(*order)
        connection.close()

    threads = [threading.Thread(target=run, args=order) for order in [(one.pk, two.pk), (two.pk, one.pk)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert set(Counter.objects.values_list("total", flat=True)) == {1}


def test_threads_take_turns_to_write():
    """On SQLite a lock in the process queues them; on PostgreSQL the rows do."""
    counter = Counter.objects.create()

    @unit
    def grow() -> None:
        total = Counter.objects.select_for_update(no_key=True).get(pk=counter.pk).total
        time.sleep(0.005)
        Counter.objects.filter(pk=counter.pk).update(total=total + 1)

    def run() -> None:
        for _ in range(5):
            grow()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    counter.refresh_from_db()
    assert counter.total == 30


def test_an_item_that_nobody_settles_is_a_mistake_that_is_seen():
    with pytest.raises(TypeError, match="settles"), unit():
        remember(object())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no time limit for statements")
def test_a_statement_that_takes_too_long_is_refused_for_now():
    @unit
    def sleep() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 50")
            cursor.execute("SELECT pg_sleep(5)")

    with pytest.raises(Busy):
        sleep()
