"""Who repairs vehicles: applying, being approved, changing, blocking, leaving."""

import pytest

from accounts.models import User
from core.errors import Invalid
from dispatch import distribution
from dispatch.errors import NotAProfessional, ProfessionalAlready
from dispatch.models import Block, PassedOver, Professional
from dispatch.selectors import professional_of
from dispatch.services import professionals
from dispatch.wiring import ANONYMISED
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import KINGSTON, ProfessionalFactory, SkillFactory, north

pytestmark = pytest.mark.django_db


@pytest.fixture
def applicant() -> User:
    return UserFactory(zone="America/Jamaica")


def apply(user, **facts):
    return professionals.apply(user, business_name="Hope Road Garage", **{**KINGSTON, **facts})


def skills(professional):
    return sorted(professional.skills.values_list("pk", flat=True))


class TestApplying:
    def test_nobody_is_asked_before_staff_have_approved_her(self, applicant, distributed):
        professional = apply(applicant, skills=[SkillFactory()])

        assert (professional.is_approved, professional.is_available) == (False, True)
        assert (professional.zone, skills(professional)) == ("America/Jamaica", ["mechanics"])
        assert distributed().professionals_notified == 0
        with pytest.raises(NotAProfessional):
            professional_of(applicant)

        professionals.approve(professional)
        assert professional_of(applicant) == professional
        assert distributed().professionals_notified == 1

    def test_her_shop_may_be_in_another_zone_than_she(self, applicant):
        assert apply(applicant, zone="Pacific/Fiji").zone == "Pacific/Fiji"

    def test_one_applies_once(self, applicant):
        apply(applicant)

        with pytest.raises(ProfessionalAlready):
            apply(applicant)


class TestRevising:
    def test_only_what_is_given_changes(self, pro):
        pro.skills.add(SkillFactory())
        revised = professionals.revise_profile(pro, bio="Since 1987.", radius_km=40)

        assert (revised.bio, revised.radius_km, revised.business_name) == ("Since 1987.", 40, pro.business_name)
        assert skills(revised) == ["mechanics"]
        assert skills(professionals.revise_profile(pro, skills=[])) == []

    def test_whatever_spoke_against_her_is_looked_at_anew(self, distributed):
        professional = ProfessionalFactory(radius_km=1, **north(2))
        other = ProfessionalFactory(radius_km=1, **north(3))
        distributed()
        assert PassedOver.objects.count() == 2

        professionals.revise_profile(professional, radius_km=5)

        assert PassedOver.objects.get().professional == other


class TestBlocking:
    def test_a_block_is_made_once_and_lifted_by_who_made_it(self, owner, pro):
        block = professionals.block(owner, pro.user)

        assert professionals.block(owner, pro.user) == block
        professionals.unblock(pro.user, owner.pk)
        assert Block.objects.count() == 1
        professionals.unblock(owner, pro.pk)
        assert Block.objects.count() == 0

    def test_nobody_blocks_herself(self, owner):
        with pytest.raises(Invalid) as refusal:
            professionals.block(owner, owner)

        assert list(refusal.value.details) == ["user_id"]


class TestLeaving:
    def test_who_is_gone_is_asked_no_more(self, pro, opened, now):
        for forget in ANONYMISED:
            forget(pro.pk)

        gone = Professional.objects.get(pk=pro.pk)
        assert (gone.is_approved, gone.is_available) == (False, False)
        report = opened()
        distribution.go_on(report.pk, now)
        assert report.requests.count() == 0

    def test_who_was_no_professional_leaves_nothing_behind(self, owner):
        professionals.retire(owner.pk)

        assert Professional.objects.count() == 0
