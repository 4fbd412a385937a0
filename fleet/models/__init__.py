from fleet.models.movements import Scan, VehicleLog
from fleet.models.registry import Officer, Vehicle
from fleet.models.tallies import Tally
from fleet.models.violations import Sanction, Violation

__all__ = ["Officer", "Sanction", "Scan", "Tally", "Vehicle", "VehicleLog", "Violation"]
