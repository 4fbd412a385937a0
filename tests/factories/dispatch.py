import factory
from factory.django import DjangoModelFactory

from dispatch.models import Professional, Skill
from tests.factories.accounts import UserFactory

KINGSTON = {"latitude": 18.0, "longitude": -76.8}


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
