from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from shifts.models import Availability, Employee, HeldQualification, Leave, Qualification, Shift
from tests.factories.accounts import UserFactory

DAY = timedelta(days=1)


class AvailabilityFactory(DjangoModelFactory):
    class Meta:
        model = Availability

    start_at = factory.LazyFunction(lambda: timezone.now() - 400 * DAY)
    end_at = factory.LazyFunction(lambda: timezone.now() + 400 * DAY)


class EmployeeFactory(DjangoModelFactory):
    """Somebody who is always available, unless `availability=None`."""

    class Meta:
        model = Employee
        skip_postgeneration_save = True

    id = factory.Sequence(lambda n: 1000 + n)
    user = factory.SubFactory(UserFactory)
    availability = factory.RelatedFactory(AvailabilityFactory, "employee")


class QualificationFactory(DjangoModelFactory):
    class Meta:
        model = Qualification
        django_get_or_create = ["code"]

    code = "rn"
    title = "Registered nurse"


class HeldQualificationFactory(DjangoModelFactory):
    class Meta:
        model = HeldQualification

    employee = factory.SubFactory(EmployeeFactory)
    qualification = factory.SubFactory(QualificationFactory)


class LeaveFactory(DjangoModelFactory):
    class Meta:
        model = Leave

    employee = factory.SubFactory(EmployeeFactory)
    is_approved = True


class ShiftFactory(DjangoModelFactory):
    """A draft, eight hours long, in three days."""

    class Meta:
        model = Shift

    start_at = factory.LazyFunction(lambda: timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + 3 * DAY)
    end_at = factory.LazyAttribute(lambda shift: shift.start_at + timedelta(hours=8))
    location_name = "Willow Place"
    client_name = "Ms. Frost"
    service_type = "Home Care"
