"""The process of the look-alikes. How each of them answers is in tests/outside."""

import os
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

from tests.services import free_port

WRAPPER = [sys.executable, "-m", "tests.outside", sys.executable, "-c"]
CONFIGURED = ("FIREBASE", "FCM", "ONESIGNAL", "TWILIO", "STRIPE", "EMAIL", "PORT")


def is_listening(url):
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname, parts.port)) == 0


def test_killing_who_started_them_ends_them():
    code = """
import signal
from tests.outside.world import outside
with outside() as world:
    print(world.url, flush=True)
    signal.pause()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        url = parent.stdout.readline().strip()
        assert is_listening(url)
        parent.kill()

    deadline = time.monotonic() + 10
    while is_listening(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_listening(url)


def run(code, **env):
    """Without what the environment of the tests may configure already."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(CONFIGURED)}
    return subprocess.run([*WRAPPER, code], env=clean | env, capture_output=True, text=True, check=False)


def test_a_command_finds_the_look_alikes():
    code = """
import os, urllib.request
for name in ("OUTSIDE_URL", "FIREBASE_KEYS_URL"):
    assert urllib.request.urlopen(os.environ[name]).status == 200
print(os.environ["OUTSIDE_URL"])
"""
    done = run(code)

    assert (done.returncode, done.stderr) == (0, "")
    assert not is_listening(done.stdout.strip())


def test_a_channel_that_is_configured_is_left_alone():
    code = "import os; print(os.environ.get('TWILIO_ENDPOINT'), 'ONESIGNAL_ENDPOINT' in os.environ)"

    assert run(code, TWILIO_ACCOUNT_SID="AC1").stdout == "None True\n"


def test_the_page_is_beside_the_port_of_the_server():
    beside = free_port()

    printed = run("import os; print(os.environ['OUTSIDE_URL'])", PORT=str(beside - 1)).stdout

    assert printed == f"http://127.0.0.1:{beside}/\n"


def test_the_page_is_elsewhere_if_that_port_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        beside = taken.getsockname()[1]
        printed = run("import os; print(os.environ['OUTSIDE_URL'])", PORT=str(beside - 1)).stdout

    assert printed.startswith("http://127.0.0.1:")
    assert urlsplit(printed.strip()).port != beside


def test_the_exit_code_passes_through_and_nothing_is_printed():
    done = run("raise SystemExit(7)")

    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")


def test_ctrl_c_lets_the_command_end_first():
    code = """
import os, signal, sys, urllib.request
def end(*_):
    print(urllib.request.urlopen(os.environ["OUTSIDE_URL"]).status, flush=True)
    sys.exit(3)
signal.signal(signal.SIGINT, end)
print("ready", flush=True)
signal.pause()
"""
    with subprocess.Popen([*WRAPPER, code], stdout=subprocess.PIPE, text=True, start_new_session=True) as wrapper:
        wrapper.stdout.readline()
        os.killpg(wrapper.pid, signal.SIGINT)
        still_there = wrapper.stdout.read()

    assert (still_there, wrapper.returncode) == ("200\n", 3)
