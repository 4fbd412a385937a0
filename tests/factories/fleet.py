import factory
from factory.django import DjangoModelFactory

from fleet.models import Officer, Vehicle
from fleet.plates import key_of
from tests.factories.accounts import UserFactory


class OfficerFactory(DjangoModelFactory):
    class Meta:
        model = Officer

    user = factory.SubFactory(UserFactory)
    role = Officer.Role.OFFICER


class GuardFactory(OfficerFactory):
    role = Officer.Role.GUARD


class VehicleFactory(DjangoModelFactory):
    class Meta:
        model = Vehicle

    plate_number = factory.Sequence(lambda n: f"ABC {1000 + n}")
    plate = factory.LazyAttribute(lambda vehicle: key_of(vehicle.plate_number))
    owner_name = "Rosa Cruz"
    department = "CCS"
    vehicle_type = Vehicle.Type.TWO_WHEELED
