"""A recorded day is sent again, at any speed, in any order: in process, and to a server as a gate does."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from fleet.replaying.making import make
from fleet.replaying.mixing import in_order, mixed
from fleet.replaying.playing import play
from fleet.replaying.recordings import BadRecording, load, moved
from fleet.replaying.senders import Refused, ToServer
from fleet.services.scans import Seen
from tests.house import House, Street, Web

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
PLATES = [f"V {100_000 + n}" for n in range(20)]
DAY = timedelta(days=1)


class Proxy(ThreadingHTTPServer):
    """In front of a server that is not there: `answers` are statuses, and None closes the connection."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answers: list[int | None] = []
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.signatures.append(self.headers["Authorization"])
        status = self.server.answers.pop(0)
        if status is None:
            self.close_connection = True
            return
        answer = b'{"outcomes": [{"event_id": "e1", "result": "recorded"}]}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Retry-After", "0" if status == 503 else "Fri, 20 Nov 2026 20:00:00 GMT")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as started:
        threading.Thread(target=started.serve_forever, daemon=True).start()
        yield started
        started.shutdown()


def scan(number: int, seconds: float = 0, direction: str = "in") -> Seen:
    return Seen(f"e{number}", "V 100000", direction, MIDNIGHT + timedelta(seconds=seconds), "north")


def line(**facts: object) -> bytes:
    return json.dumps(
        {"event_id": "1", "plate": "ABC 1", "direction": "in", "at": "2026-03-02T08:00:00Z", **facts}
    ).encode()


def errors(*lines: bytes) -> list[tuple[int, str]]:
    with pytest.raises(BadRecording) as bad:
        load([one + b"\n" for one in lines])
    return bad.value.errors


class TestReading:
    def test_lines_of_json_and_csv_say_the_same(self):
        table = [
            b"\xef\xbb\xbfgate,at,direction,plate,event_id\r\n",
            b"north,2026-03-02T08:00:00Z,in,abc 1,1\r\n",
            b"\r\n",
        ]
        assert load([line(gate="north") + b"\n", b"\n"]) == load(table)
        assert load(table) == [Seen("1", "ABC 1", "in", datetime(2026, 3, 2, 8, tzinfo=UTC), "north")]

    def test_a_gate_need_not_be_known(self):
        table = [b"at,direction,plate,event_id\n", b"2026-03-02T08:00:00Z,in,ABC 1,1\n"]
        assert load(table) == load([line()]) == [Seen("1", "ABC 1", "in", datetime(2026, 3, 2, 8, tzinfo=UTC))]

    def test_every_wrong_line_is_told(self):
        found = errors(line(), line(direction="up"), b"{", b"[]", line(plate="?", at="noon"), line(event_id="e" * 59))
        assert [number for number, _ in found] == [2, 3, 4, 5, 6]
        assert "direction:" in found[0][1]
        assert ("plate:" in found[3][1], "at:" in found[3][1]) == (True, True)
        assert found[1:3] == [(3, "This is no JSON object."), (4, "This is no JSON object.")]

    @pytest.mark.parametrize(
        ("lines", "error"),
        [
            ([b""], (1, "These columns are missing: at, direction, event_id, plate.")),
            ([b"plate,at,direction"], (1, "These columns are missing: event_id.")),
            ([b"plate,at,direction,event_id,at"], (1, "Two columns have the same name.")),
            ([b"plate,at,direction,event_id"], (1, "There are no scans here.")),
            ([b"plate,at,direction,event_id", b"ABC 1,now"], (2, "There are more or fewer cells than columns.")),
            ([b"plate,at,direction,event_id", b"Pe\xf1a 1"], (2, "This is not UTF-8.")),
            ([b"plate,at,direction,event_id", b'"ABC'], (2, "This is no CSV: unexpected end of data.")),
        ],
    )
    def test_what_is_no_recording_is_refused(self, lines: list[bytes], error: tuple[int, str]):
        assert errors(*lines) == [error]


class TestDays:
    def test_a_day_is_moved_to_the_last_on_which_it_is_over(self):
        scans = [scan(1, 0), scan(2, 3600)]
        late = MIDNIGHT + 10 * DAY + timedelta(minutes=59)
        assert [one.at - MIDNIGHT for one in moved(scans, until=late)] == [9 * DAY, 9 * DAY + timedelta(hours=1)]
        assert [one.event_id for one in moved(scans, until=late)] == ["e1+9", "e2+9"]
        assert moved(scans, until=MIDNIGHT - DAY)[0].event_id == "e1-2"

    def test_a_day_that_stays_where_it_is_is_the_same(self):
        assert moved([scan(1)], until=MIDNIGHT) == [scan(1)]

    def test_a_made_day_is_the_same_each_time_and_each_vehicle_comes_and_goes_in_turn(self):
        scans = make(PLATES, 101, MIDNIGHT, seed=4)
        assert make(PLATES, 101, MIDNIGHT, seed=4) == scans != make(PLATES, 101, MIDNIGHT, seed=5)
        assert (len(scans), len({one.event_id for one in scans})) == (101, 101)
        assert scans == sorted(scans, key=lambda one: one.at)
        for plate in PLATES:
            directions = [one.direction for one in scans if one.plate == plate]
            assert directions == (["in", "out"] * len(directions))[: len(directions)]
        assert {one.at.date() for one in scans} == {MIDNIGHT.date()}

    def test_most_come_in_the_morning_and_go_in_the_evening(self):
        scans = make([f"V {n}" for n in range(500)], 1000, MIDNIGHT)
        hours = Counter((one.direction, one.at.hour) for one in scans)
        assert max(hours, key=lambda hour: (hour[0] == "in", hours[hour]))[1] in (7, 8)
        assert max(hours, key=lambda hour: (hour[0] == "out", hours[hour]))[1] in (16, 17, 18)

    def test_a_mixed_day_has_every_scan_and_some_twice_and_none_before_it_happened(self):
        scans = make(PLATES, 1000, MIDNIGHT)
        sendings = mixed(scans, seed=1)
        assert mixed(scans, seed=1) == sendings != mixed(scans, seed=2)
        assert {one.scan.event_id for one in sendings} == {one.event_id for one in scans}
        assert 20 < len(sendings) - len(scans) < 100
        assert min(one.at - one.scan.at for one in sendings) >= timedelta()
        assert [one.scan for one in sendings[:1000]] != scans
        assert max(one.at - one.scan.at for one in sendings) > timedelta(hours=1)


class TestPlaying:
    def test_without_a_speed_all_goes_in_full_batches(self):
        lots: list[int] = []
        done = play(in_order(scan(n, 60 * n) for n in range(1001)), lambda scans: _taken(lots, scans))
        assert (lots, done.sent, dict(done.results), done.is_paced) == ([500, 500, 1], 1001, {"recorded": 1001}, False)

    def test_with_a_speed_what_is_due_together_goes_together(self):
        lots: list[int] = []
        seconds = [0, 0, 0, 200, 400, 400]
        done = play(
            in_order(scan(n, at) for n, at in enumerate(seconds)), lambda scans: _taken(lots, scans), speed=1000
        )
        assert (lots, done.sent) == ([3, 1, 2], 6)
        assert done.seconds >= 0.4
        assert done.worst_lag >= 0

    def test_what_is_refused_is_counted_by_its_reason(self):
        done = play(in_order([scan(1), scan(2), scan(3)]), lambda scans: ["recorded", "too_old", "repeated"])
        assert done.refused == {"too_old": 1}


def _taken(lots: list[int], scans: object) -> list[str]:
    lots.append(len(scans))
    return ["recorded"] * lots[-1]


@pytest.fixture(scope="module")
def day(house: House) -> Path:
    house.call("tests.gate_world.register", len(PLATES) * 5)
    file = house.directory / "day.csv"
    house.call("django.core.management.call_command", "makescans", str(file), "2000")
    return file


def test_a_mixed_day_over_http_comes_to_what_the_day_in_order_comes_to(
    street: Street, house: House, web: Web, day: Path
):
    key, house.env["SECRET"] = house.call("tests.machine_world.make_key", "fleet.scans")
    over_http = ["--as-recorded", "--mix", "7", "--url", web.url, "--key", key]
    mixed_up = house.manage("replayscans", str(day), "--speed", "max", *over_http)
    with street.house("postgresql") as other:
        other.call("tests.gate_world.register", len(PLATES) * 5)
        other.call("django.core.management.call_command", "replayscans", str(day), "--as-recorded", "--speed=max")

        assert " 2,000 recorded, " in mixed_up
        assert " 0 repeated, " not in mixed_up
        assert " 0 refused; " in mixed_up
        assert house.call("tests.gate_world.breaches") == []
        assert house.call("tests.gate_world.state") == other.call("tests.gate_world.state")


def test_a_server_that_refuses_ends_it(web: Web):
    with pytest.raises(Refused, match=r"401 .*wrong_signature"):
        ToServer(web.url, "key-1", "nonsense")([scan(1)])


class TestTryingAgain:
    def test_what_got_no_answer_is_signed_anew_and_sent_again(self, proxy: Proxy):
        proxy.answers = [None, 503, 429, 200]
        assert ToServer(proxy.url, "key-1", "secret")([scan(1)]) == ["recorded"]
        assert len(set(proxy.bodies)) == 1
        assert len(set(proxy.signatures)) == 4

    def test_a_refusal_is_not_asked_for_twice(self, proxy: Proxy):
        proxy.answers = [403, 200]
        with pytest.raises(Refused, match="403"):
            ToServer(proxy.url, "key-1", "secret")([scan(1)])
        assert len(proxy.bodies) == 1


class TestCommands:
    pytestmark = pytest.mark.django_db

    def test_a_bad_file_is_told_by_line(self, tmp_path: Path):
        file = tmp_path / "day.jsonl"
        file.write_bytes(b"\n".join([line(), *[line(direction="up")] * 101]))
        with pytest.raises(CommandError) as refused:
            call_command("replayscans", str(file))
        told = str(refused.value).splitlines()
        assert (told[0], told[1].startswith("line 2: direction: "), told[-1]) == (
            f"{file} is no recording.", True, "and 1 more lines",
        )  # fmt: skip

    def test_a_day_that_is_too_old_is_refused_where_it_is_not_moved(self, tmp_path: Path, capsys):
        file = tmp_path / "day.jsonl"
        file.write_bytes(line(at="2001-03-02T08:00:00Z"))
        with pytest.raises(CommandError, match=r"Some scans were refused\."):
            call_command("replayscans", str(file), "--as-recorded")
        assert ": 0 recorded, 0 repeated, 1 refused, 1 too_old; " in capsys.readouterr().out

    @pytest.mark.parametrize("speed", ["0", "-1", "nan", "inf", "quick"])
    def test_a_speed_is_a_number_or_the_most(self, speed: str):
        with pytest.raises(CommandError, match="a number above nothing, or max"):
            call_command("replayscans", "day.csv", f"--speed={speed}")

    def test_a_server_wants_a_key(self):
        with pytest.raises(CommandError, match=r"with --key, and with its secret in \$SECRET"):
            call_command("replayscans", "day.csv", "--url", "http://127.0.0.1:1")

    def test_a_file_that_is_not_there_is_told(self, tmp_path: Path):
        with pytest.raises(CommandError, match=r"cannot be read: .*No such file"):
            call_command("replayscans", str(tmp_path / "day.csv"))

    def test_without_vehicles_no_day_is_made(self, tmp_path: Path):
        with pytest.raises(CommandError, match="Vehicles must be registered"):
            call_command("makescans", str(tmp_path / "day.csv"), "10")
