from math import degrees

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from dispatch.geo import EARTH_RADIUS_KM
from dispatch.models import Photo, Professional, Skill
from tests.factories.accounts import UserFactory

KINGSTON = {"latitude": 18.0, "longitude": -76.8}

CIVIC = {
    "vehicle_make": "Honda",
    "vehicle_model": "Civic",
    "vehicle_year": 2019,
    "description": "Scratched along both doors, mirror broken.",
    "currency": "JMD",
    **KINGSTON,
}
OFFER = {"cost": 25_000_00, "lead_time_days": 3, "description": "Two doors painted anew, mirror replaced."}


def north(km: float) -> dict[str, float]:
    """So far from the middle of Kingston."""
    return {**KINGSTON, "latitude": KINGSTON["latitude"] + degrees(km / EARTH_RADIUS_KM)}


class SkillFactory(DjangoModelFactory):
    class Meta:
        model = Skill
        django_get_or_create = ["code"]

    code = "mechanics"
    title = factory.LazyAttribute(lambda skill: skill.code.title())


class ProfessionalFactory(DjangoModelFactory):
    """Approved and at work at any hour, in the middle of Kingston."""

    class Meta:
        model = Professional
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    business_name = factory.Sequence(lambda n: f"Garage {n}")
    is_approved = True
    latitude = KINGSTON["latitude"]
    longitude = KINGSTON["longitude"]

    @factory.post_generation
    def skills(self, create, codes, **kwargs):
        for code in codes or []:
            self.skills.add(SkillFactory(code=code))


class PhotoFactory(DjangoModelFactory):
    """Uploaded, and not yet of anything."""

    class Meta:
        model = Photo

    uploader = factory.SubFactory(UserFactory)
    file = factory.Sequence(lambda n: f"dispatch/{n}.jpg")
    content_type = "image/jpeg"
    width = 640
    height = 480


def crowd(count: int, **facts: object) -> None:
    """So many professionals at once, who would go anywhere."""
    users = User.objects.bulk_create(UserFactory.build_batch(count))
    facts = {"is_approved": True, "radius_km": 500, **KINGSTON, **facts}
    Professional.objects.bulk_create(Professional(user=user, business_name="Garage", **facts) for user in users)
