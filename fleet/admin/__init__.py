from fleet.admin.officers import OfficerAdmin
from fleet.admin.rows import ScanAdmin, VehicleLogAdmin
from fleet.admin.sanctions import SanctionAdmin
from fleet.admin.tallies import TallyAdmin
from fleet.admin.vehicles import VehicleAdmin
from fleet.admin.violations import ViolationAdmin

__all__ = [
    "OfficerAdmin",
    "SanctionAdmin",
    "ScanAdmin",
    "TallyAdmin",
    "VehicleAdmin",
    "VehicleLogAdmin",
    "ViolationAdmin",
]
