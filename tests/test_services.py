import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from tests import services

WRAPPER = [sys.executable, services.__file__]


@pytest.fixture
def directory():
    with services.workspace() as directory:
        yield directory


def python(code):
    return [*WRAPPER, sys.executable, "-c", code]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_command_finds_both_servers():
    code = """
import os, psycopg, redis
psycopg.connect(os.environ["DATABASE_URL"]).execute("SELECT 1")
redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
"""
    subprocess.run(python(code), check=True)


def test_the_exit_code_passes_through():
    assert subprocess.run(python("raise SystemExit(7)"), check=False).returncode == 7


def test_nothing_is_left_behind():
    code = "import os; print(os.environ['SERVICES_DIR'])"
    printed = subprocess.run(python(code), check=True, capture_output=True, text=True).stdout
    assert not Path(printed.strip()).exists()


def test_killing_the_wrapper_leaves_no_servers():
    code = """
import os, time
print(os.environ["SERVICES_DIR"], os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
time.sleep(60)
"""
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True) as wrapper:
        directory, *urls = wrapper.stdout.readline().split()
        ports = [urlsplit(url).port for url in urls]
        assert all(map(is_listening, ports))
        wrapper.kill()

    deadline = time.monotonic() + 10
    while any(map(is_listening, ports)) and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(directory, ignore_errors=True)
    assert not any(map(is_listening, ports))


def test_terminating_the_wrapper_lets_the_command_end_first():
    code = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
print("ready", flush=True)
signal.pause()
"""
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True) as wrapper:
        wrapper.stdout.readline()
        wrapper.terminate()
    assert wrapper.returncode == 3


@pytest.mark.parametrize("variable", ["POSTGRES_BIN", "REDIS_SERVER"])
def test_a_missing_server_is_named(variable):
    environment = os.environ | {variable: "/nowhere"}
    check = subprocess.run([*WRAPPER, "--check"], env=environment, check=False, capture_output=True, text=True)
    assert check.returncode == 1
    assert f"set {variable}" in check.stderr


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGQUIT])
def test_a_restarted_postgres_keeps_its_address_and_data(directory, by):
    with services.postgres(directory) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        server.stop(by)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url)
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_restarted_redis_keeps_its_address_and_data(directory):
    with services.redis(directory) as server:
        client = redis.Redis.from_url(server.url)
        client.set("answer", 42)
        server.stop()
        with pytest.raises(redis.ConnectionError):
            client.get("answer")
        server.start()
        assert client.get("answer") == b"42"


def test_a_frozen_redis_is_silent_until_it_goes_on(directory):
    with services.redis(directory) as server:
        client = redis.Redis.from_url(server.url, socket_timeout=0.2, retry=None)
        server.pause()
        with pytest.raises(redis.TimeoutError):
            client.ping()
        server.resume()
        assert client.ping()


def test_a_frozen_redis_can_be_stopped(directory):
    with services.redis(directory) as server:
        server.pause()
