"""Whom to ask is found by an index, however many professionals there are."""

PEOPLE = 20_000
IN_RING = 1000


def test_candidates_are_found_by_the_index_of_those_at_work(house_of_each_engine):
    house = house_of_each_engine
    house.call("tests.dispatch_people.settle_country", PEOPLE, IN_RING)
    report = house.call("tests.dispatch_people.report_in_the_middle")

    plan = house.call("tests.dispatch_people.explain_candidates", report)

    assert "professionals_near" in plan
    assert "Seq Scan on dispatch_professional" not in plan
    assert "SCAN dispatch_professional" not in plan
    assert IN_RING * 0.9 < house.call("tests.dispatch_people.count_candidates", report) < IN_RING * 1.1
