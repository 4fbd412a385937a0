"""What is asked of a provider with very many reservations is found by indexes."""

import re

RESERVATIONS = 20_000
WHOLE_TABLES = r"(?:Seq Scan on|SCAN) ((?:bookings_(?:reservation|slot)|payments_ledgerentry)\b.*)"
ASKED = {
    "list_month": [],
    "show_figures": ["reservations_of_provider", "slots_of_provider", "ledger_of_payee"],
    "show_agenda": ["reservations_by_status"],
}


def test_no_table_is_read_as_a_whole(house_of_each_engine):
    house = house_of_each_engine
    provider = house.call("tests.booking_crowd.crowd", RESERVATIONS)
    house.call("tests.booking_crowd.count_days", provider, 1)
    plans = {look: house.call("tests.booking_crowd.plans", look, provider) for look in [*ASKED, "find_note"]}

    assert {look: re.findall(WHOLE_TABLES, plans[look]) for look in ASKED} == {look: [] for look in ASKED}
    assert [(look, index) for look in ASKED for index in ASKED[look] if index not in plans[look]] == []
    assert house.call("tests.booking_crowd.size", provider) == RESERVATIONS
    # The control: where no index helps, it shows.
    assert len(re.findall(WHOLE_TABLES, plans["find_note"])) == 1
