from fleet.serializers.asking import FreshIn, RangeIn
from fleet.serializers.events import (
    OutcomesOut,
    ScanCommandIn,
    ScanIn,
    ScansIn,
    ViolationCommandIn,
    ViolationIn,
    ViolationsIn,
)
from fleet.serializers.fields import DocumentField, PlateField, TelephoneField
from fleet.serializers.registry import (
    RegisteredVehicleOut,
    ScanOut,
    SearchVehiclesIn,
    VehicleFilterIn,
    VehicleIn,
    VehicleLogOut,
)
from fleet.serializers.reviews import (
    ReviewFilterIn,
    SanctionFilterIn,
    SanctionIdIn,
    SanctionOut,
    ViolationIdIn,
    ViolationOut,
)

__all__ = [
    "DocumentField",
    "FreshIn",
    "OutcomesOut",
    "PlateField",
    "RangeIn",
    "RegisteredVehicleOut",
    "ReviewFilterIn",
    "SanctionFilterIn",
    "SanctionIdIn",
    "SanctionOut",
    "ScanCommandIn",
    "ScanIn",
    "ScanOut",
    "ScansIn",
    "SearchVehiclesIn",
    "TelephoneField",
    "VehicleFilterIn",
    "VehicleIn",
    "VehicleLogOut",
    "ViolationCommandIn",
    "ViolationIdIn",
    "ViolationIn",
    "ViolationOut",
    "ViolationsIn",
]
