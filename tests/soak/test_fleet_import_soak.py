"""The registry of a large campus: `make soak`."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.house import House

VEHICLES = 50_000
FEW = 5000
LONGEST = 120.0  # seconds; an idle machine takes 10
COLUMNS = (
    "plateNumber,ownerName,schoolID,department,contact,vehicleType,vehicleModel,licenseNumber,orNumber,crNumber,"
    "registrationValidFrom,registrationValidUntil"
)


def registry(path: Path, owner: str, vehicles: int = VEHICLES) -> Path:
    lines = (
        f'AB {10_000 + n},"{owner}, {n}",2021-{n:05},CCS,0917{n:07},two-wheeled,Click,N01-{n:06},{n:06},{n:06},'
        "2026-01-31,2027-01-30"
        for n in range(vehicles)
    )
    path.write_text("\n".join([COLUMNS, *lines]))
    return path


@pytest.mark.soak
def test_fifty_thousand_vehicles_come_from_one_file_as_often_as_it_is_sent(house_of_each_engine: House, tmp_path: Path):
    def load(file: Path) -> str:
        began = time.monotonic()
        printed = house_of_each_engine.manage("importvehicles", str(file))
        assert time.monotonic() - began < LONGEST
        return printed.splitlines()[-1]

    file = registry(tmp_path / "new.csv", "Peña")

    assert load(file) == "50000 registered, 0 revised."
    assert load(file) == "0 registered, 50000 revised."
    assert load(registry(tmp_path / "revised.csv", "Łukasz")) == "0 registered, 50000 revised."


@pytest.mark.soak
def test_two_who_import_the_same_file_at_once_register_each_vehicle_once(house_of_each_engine: House, tmp_path: Path):
    file = registry(tmp_path / "new.csv", "Peña", FEW)

    with ThreadPoolExecutor(2) as operators:
        printed = list(operators.map(house_of_each_engine.manage, ["importvehicles"] * 2, [str(file)] * 2))

    assert sorted(printed) == ["0 registered, 5000 revised.\n", "5000 registered, 0 revised.\n"]
