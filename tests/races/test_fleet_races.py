"""Gates, officers and imports that meet at the same vehicles, from several processes, on both engines."""

import random
from collections import Counter
from collections.abc import Iterator
from time import monotonic

import pytest

from tests.house import House, Street
from tests.races.campus import HANDS, PACE, Calls, Campus, batches, campus_on, minutes_ago, passages, posted
from tests.races.mixing import Mixer


@pytest.fixture(scope="module")
def postgresql(street: Street) -> Iterator[Campus]:
    with campus_on(street, "postgresql") as built:
        yield built


@pytest.fixture(scope="module")
def sqlite(street: Street) -> Iterator[Campus]:
    with campus_on(street, "sqlite") as built:
        yield built


@pytest.fixture(params=["postgresql", "sqlite"])
def campus(request: pytest.FixtureRequest) -> Campus:
    return request.getfixturevalue(request.param).begun_anew()


@pytest.fixture
def on_postgresql(postgresql: Campus) -> Campus:
    return postgresql.begun_anew()


@pytest.fixture
def on_sqlite(sqlite: Campus) -> Campus:
    return sqlite.begun_anew()


# Gates


def test_what_several_gates_post_at_once_is_counted_once(campus: Campus):
    plates = campus.call("populate", 6)
    seen = passages([*plates, "NOBODYS 1"], 60, seed=1)
    answers, refusals = campus.all_at_once(posted(seen, seed=2))

    events = sum(map(len, seen.values()))
    assert refusals == []
    assert Counter(result for answer in answers for result in answer) == {"recorded": events, "repeated": events}
    campus.assert_all_is_true()


def test_without_the_lock_of_the_vehicle_a_stay_would_fall_apart(on_postgresql: Campus):
    """The control. SQLite has one writer, which looks and writes while all others wait."""
    plates = on_postgresql.call("populate", 4)
    calls: Calls = [
        ("scan_without_the_vehicle", [f"gate {way}", plate, way, minutes_ago(minutes)])
        for plate in plates
        for way, minutes in (("in", 50), ("out", 10))
    ]
    answers, refusals = on_postgresql.all_at_once(calls)

    assert (len(answers), refusals) == (8, [])
    assert any("by its scans" in breach for breach in on_postgresql.house.call("tests.fleet_laws.breaches"))


def test_scans_come_in_while_their_plates_are_registered(campus: Campus):
    campus.call("populate", 1)
    plates = [f"NEW {n:03}" for n in range(6)]
    seen = passages(plates, 50, seed=3)
    registered: Calls = [("register", [plate, n]) for n, plate in enumerate(plates)]
    reported: Calls = [
        ("report", ["patrol", [[f"{plate} {n}", plate, "Speed Violation", minutes_ago(n)]]])
        for plate in plates
        for n in range(3)
    ]
    calls = posted(seen, seed=4) + 2 * registered + 2 * reported + 6 * [("adopt", [])]
    random.Random(5).shuffle(calls)
    _, refusals = campus.all_at_once(calls)

    assert refusals == ["plate_taken"] * len(plates)
    campus.assert_all_is_true()
    assert campus.call("strangers") == 0


def test_scans_that_come_in_the_midst_of_an_adoption_are_settled(campus: Campus):
    """Each is earlier than what is adopted."""
    assert adopt_in_the_midst(campus, "register_and_adopt", cars=16) == []
    campus.assert_all_is_true()


def test_an_adoption_that_only_looked_before_would_lose_them(on_postgresql: Campus):
    """The control."""
    assert adopt_in_the_midst(on_postgresql, "register_and_adopt_after_a_look", cars=1) == []
    assert any("by its scans" in breach for breach in on_postgresql.house.call("tests.fleet_laws.breaches"))


def adopt_in_the_midst(campus: Campus, adopt: str, *, cars: int) -> list[str]:
    """The refusals."""
    plates = [f"NEW {n:03}" for n in range(cars)]
    campus.call("scan", "south", [[plate, plate, "out", minutes_ago(10)] for plate in plates])
    late: Calls = [("scan_while_adopted", ["north", plate, "in", minutes_ago(50)]) for plate in plates]
    adopted: Calls = [(adopt, [plate]) for plate in plates]
    calls = [call for pair in zip(late, adopted, strict=True) for call in pair]
    return campus.all_at_once(calls, threads=2 * cars)[1]


# Officers


def test_the_violations_of_a_vehicle_are_its_first_second_and_third(campus: Campus):
    [plate] = campus.call("populate", 1)
    officers = [officer["id"] for officer in campus.call("officers", 4)]
    violations = campus.call("violate", plate, 6)
    for one in violations[1:]:
        campus.call("confirm", officers[0], one)
    verbs = ["sanction", "confirm_and_sanction"]
    calls: Calls = [(verbs[n % 2], [her, one]) for n, her in enumerate(officers) for one in violations[1:]]
    calls += [("confirm_and_sanction", [her, violations[0]]) for her in officers]
    answers, refusals = campus.all_at_once(calls, threads=6)

    assert refusals == []
    assert Counter(answers) == dict.fromkeys(range(1, 7), len(officers))
    assert [kind for _, kind, _ in campus.call("offenses", plate)] == ["warning", "suspension", *["revocation"] * 4]
    assert campus.call("registration", plate) == "revoked"
    campus.assert_all_is_true()


def test_without_the_lock_of_the_vehicle_two_violations_would_be_the_first(on_postgresql: Campus):
    """The control."""
    [plate] = on_postgresql.call("populate", 1)
    [officer] = [officer["id"] for officer in on_postgresql.call("officers", 1)]
    violations = on_postgresql.call("violate", plate, 4)
    for one in violations:
        on_postgresql.call("confirm", officer, one)
    calls: Calls = [("sanction_without_the_vehicle", [officer, one]) for one in violations]
    answers, refusals = on_postgresql.all_at_once(calls)

    assert (len(answers), refusals) == (4, [])
    assert any(
        "is offense 1, and should be" in breach for breach in on_postgresql.house.call("tests.fleet_laws.breaches")
    )


def test_of_officers_who_disagree_one_decides(campus: Campus):
    plates = campus.call("populate", 2)
    one, other = [officer["id"] for officer in campus.call("officers", 2)]
    violations = [violation for plate in plates for violation in campus.call("violate", plate, 6)]
    calls: Calls = [
        (verb, [officer, violation])
        for violation in violations
        for verb, officer in (("confirm", one), ("dismiss", other))
    ]
    answers, refusals = campus.all_at_once(calls)

    assert (len(answers), refusals) == (len(violations), ["already_reviewed"] * len(violations))
    assert campus.call("statuses") == dict(Counter(answers))
    campus.assert_all_is_true()


def test_a_suspension_is_lifted_by_two_officers_while_it_ends_and_others_are_decided(campus: Campus):
    *plates, served = campus.call("populate", 4)
    one, other = [officer["id"] for officer in campus.call("officers", 2)]
    for plate in [*plates, served]:
        for violation in campus.call("violate", plate, 2):
            campus.call("confirm_and_sanction", one, violation)
    suspended = [campus.call("registration", plate) for plate in plates]
    second = [campus.call("sanctioned", plate, 2) for plate in plates]
    new = [campus.call("violate", plate, 2) for plate in plates]
    assert campus.call("let_suspensions_end") == len(plates) + 1
    calls: Calls = [("lift", [officer, violation]) for violation in second for officer in (one, other)]
    calls += [("confirm_and_sanction", [other, violation]) for violations in new for violation in violations]
    calls += [("end_what_is_over", [])] * HANDS
    random.Random(6).shuffle(calls)
    _, refusals = campus.all_at_once(calls)

    assert suspended == ["suspended"] * len(plates)
    assert refusals == []
    assert [len(campus.call("offenses", plate)) for plate in plates] == [4] * len(plates)
    assert campus.call("registration", served) == "active"
    campus.assert_all_is_true()


def test_two_patrols_of_one_number_report_a_violation_once(campus: Campus):
    plates = campus.call("populate", 3)
    rows = [[str(n), plates[n % 3], "Parking Violation", minutes_ago(n)] for n in range(30)]
    dice = random.Random(7)
    calls: Calls = [("report", ["patrol", batch]) for _ in range(3) for batch in batches(rows, dice)]
    answers, refusals = campus.all_at_once(calls)

    assert refusals == []
    assert Counter(result for answer in answers for result in answer) == {"recorded": 30, "repeated": 150}
    assert campus.call("statuses") == {"pending": 30}
    campus.assert_all_is_true()


# Counts


def test_counts_that_were_read_and_then_written_would_be_lost(on_postgresql: Campus):
    """The control of counting by adding."""
    [plate] = on_postgresql.call("populate", 1)
    on_postgresql.call("violate", plate, 1)
    calls: Calls = [("report_and_count_after_a_look", [f"patrol {n}", plate]) for n in range(8)]
    answers, refusals = on_postgresql.all_at_once(calls)

    assert (len(answers), refusals) == (8, [])
    assert any(
        "times, and is there 9 times" in breach for breach in on_postgresql.house.call("tests.fleet_laws.breaches")
    )


def test_counts_are_repaired_while_they_are_moved(campus: Campus):
    """Mostly on days of which nothing was counted before."""
    plates = campus.call("populate", 4)
    scans: Calls = [
        ("scan", [f"gate {n}", [["1", plates[n % 4], "in", minutes_ago(24 * 60 * (n // 4))]]]) for n in range(160)
    ]
    calls = scans + 12 * [("repair", [])]
    random.Random(8).shuffle(calls)
    answers, refusals = campus.all_at_once(calls)

    assert refusals == []
    assert [answer for answer in answers if answer not in (["recorded"], [])] == []
    assert campus.call("entered") == len(scans)
    campus.assert_all_is_true()


def test_what_is_wrong_is_repaired_once(campus: Campus):
    """By several at once, while others count."""
    plates = campus.call("populate", 4)
    for plate in plates:
        campus.call("violate", plate, 2)
    campus.call("spoil_counts")
    scans: Calls = [("scan", [f"gate {n}", [["1", plates[n % 4], "in", minutes_ago(n)]]]) for n in range(20)]
    answers, refusals = campus.all_at_once(scans + 12 * [("repair", [])])

    assert refusals == []
    assert len([answer for answer in answers if answer not in (["recorded"], [])]) == 1
    campus.assert_all_is_true()


def test_a_repair_that_makes_nobody_wait_would_spoil_the_counts(on_postgresql: Campus):
    """The control."""
    plates = on_postgresql.call("populate", 4)
    scans: Calls = [("scan", [f"gate {n}", [["1", plates[n % 4], "in", minutes_ago(n)]]]) for n in range(40)]
    answers, refusals = on_postgresql.all_at_once([*scans[:20], ("repair_after_a_look", []), *scans[20:]])

    assert (len(answers), refusals) == (41, [])
    assert any("is counted" in breach for breach in on_postgresql.house.call("tests.fleet_laws.breaches"))


# Imports


def test_the_registry_is_put_again_while_scans_come(campus: Campus):
    """Known and new plates, in other orders: of what is new at the same moment, one file is all of it or none."""
    plates = campus.call("populate", 8)
    seen = passages([*plates, "NEW 001", "NEW 002"], 50, seed=9)
    files = [[*plates, "NEW 001", "NEW 002", "NEW 003"], ["NEW 002", "NEW 001", *reversed(plates)]]
    calls = posted(seen, seed=10) + [("put", [files[n % 2], n]) for n in range(8)] + 4 * [("adopt", [])]
    random.Random(11).shuffle(calls)
    _, refusals = campus.all_at_once(calls)

    assert set(refusals) <= {"plate_taken"}
    campus.assert_all_is_true()
    assert campus.call("strangers") == 0


# Boards


def test_a_board_is_rendered_at_its_pace_and_once_for_a_version(campus: Campus):
    """By all who find it changed at once, and each thinks that the others are gone."""
    plates = campus.call("populate", 2 * HANDS)
    began, before = monotonic(), campus.call("versions")["fleet.vehicles"]
    rendered, refusals = campus.all_at_once([("scan_and_render", [plate, plate, 25]) for plate in plates], threads=2)
    versions = campus.call("versions")["fleet.vehicles"] - before
    most = (monotonic() - began) / PACE + 1

    assert refusals == []
    assert 0 < versions <= most
    assert sum(rendered) == versions
    campus.assert_all_is_true()


def test_each_deed_alone_is_seen_on_all_boards_that_show_it(on_sqlite: Campus):
    """Where many are done at once, one that tells nobody may be covered up by others."""
    on_sqlite.house.call("tests.fleet_verbs.begin", 2, 1)
    for verb in on_sqlite.house.call("tests.fleet_verbs.verbs") * 2:
        on_sqlite.house.call("tests.fleet_verbs.call", verb, 0, 0)
        assert (verb, on_sqlite.house.call("tests.fleet_laws.breaches_at_rest")) == (verb, [])


# All of it


def mixed(house: House) -> Mixer:
    return Mixer(house.hands(HANDS), "tests.fleet_verbs.call", things=range(6), people=range(3))


NAMES = ("vehicle", "officer")
RARE = {"register", "lift", "end", "repair", "put"}


def often(verbs: list[str]) -> list[str]:
    return [*verbs, *(verb for verb in verbs if verb not in RARE), "report", "report", "confirm_and_sanction"] * 5


def test_the_law_holds_whatever_meets_whatever(campus: Campus):
    campus.house.call("tests.fleet_verbs.begin", 4, 3)
    verbs = campus.house.call("tests.fleet_verbs.verbs")
    mixer = mixed(campus.house)
    mixer.carry_out_until_each_has_succeeded(often(verbs), threads=4)

    assert mixer.succeeded() == set(verbs)
    campus.assert_all_is_true()


def test_what_is_done_in_silence_is_found_out(on_sqlite: Campus):
    """The control: a vehicle, a count, a registration and a board that changed while nobody was told."""
    [plate] = on_sqlite.call("populate", 1)
    on_sqlite.call("scan", "north", [["1", plate, "in", minutes_ago(10)]])
    assert on_sqlite.house.call("tests.fleet_laws.breaches_at_rest") == []
    on_sqlite.call("change_in_silence", plate)
    found = on_sqlite.house.call("tests.fleet_laws.breaches_at_rest")

    for what in ("by its scans onsite", "is counted 2 times", "and should be active", "fleet.vehicles shows"):
        assert any(what in breach for breach in found), (what, found)
