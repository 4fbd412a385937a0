import io

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.urls import reverse

from accounts import roles
from accounts.models import User
from core.wiring import declared, gathered
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

# What a role is for, by the app of what it may change.
CHANGES = {
    "dispatcher": {"dispatch", "shifts"},
    "support": {"accounts", "bookings", "notifications", "payments"},
    "moderator": {"accounts", "chat"},
    "fleet officer": {"fleet"},
    "read-only": set(),
}
MADE = [role for role in roles.NAMES if gathered("ROLES").get(role)]


def said() -> list[str]:
    out = io.StringIO()
    call_command("roles", stdout=out)
    return out.getvalue().splitlines()


def member_of(role: str) -> User:
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def names_in(group: Group) -> set[str]:
    return {f"{one.content_type.app_label}.{one.codename}" for one in group.permissions.select_related("content_type")}


@pytest.fixture
def made() -> None:
    roles.set_right(gathered("ROLES"))


class TestCommand:
    def test_it_makes_what_is_declared_and_says_so(self):
        lines = said()

        assert [line for line in lines if line.endswith(": made")] == [f"{role}: made" for role in MADE]
        assert {group.name: names_in(group) for group in Group.objects.all()} == {
            role: set(names) for role, names in gathered("ROLES").items()
        }

    def test_it_is_safe_to_repeat(self, made):
        assert said() == ["All roles are as declared."]

    def test_it_sets_right_what_drifted_and_keeps_members(self, made):
        group = Group.objects.get(name="support")
        member = member_of("support")
        group.permissions.remove(Permission.objects.get(codename="view_session", content_type__app_label="accounts"))
        group.permissions.add(Permission.objects.get(codename="change_group"))

        assert said() == ["support: set right", "  + accounts.view_session", "  - auth.change_group"]
        assert names_in(group) == gathered("ROLES")["support"]
        assert member.groups.get() == group

    def test_groups_that_are_no_roles_are_left_alone(self, made):
        own = Group.objects.create(name="night watch")
        own.permissions.add(Permission.objects.get(codename="view_user"))

        roles.set_right(gathered("ROLES"))

        assert names_in(own) == {"accounts.view_user"}

    def test_a_role_of_which_nothing_is_declared_any_more_may_nothing(self, made):
        group = Group.objects.get(name="read-only")

        roles.set_right({})

        assert names_in(group) == set()

    @pytest.mark.parametrize(
        ("role", "name", "unknown"),
        [("support", "accounts.veiw_user", "accounts.veiw_user"), ("suport", "accounts.view_user", "suport")],
    )
    def test_a_slip_of_the_pen_is_an_error(self, role, name, unknown):
        with pytest.raises(ImproperlyConfigured, match=unknown):
            roles.set_right({role: [name]})


class TestPreflight:
    def test_it_is_content_with_roles_as_declared(self, made):
        assert list(roles.preflight()) == [(True, "all are as declared")]

    def test_it_names_those_that_are_missing_or_drifted(self, made):
        Group.objects.get(name="read-only").delete()
        Group.objects.get(name="support").permissions.clear()

        found = dict(text.split(": run")[0].split(" ", 1) for is_good, text in roles.preflight())

        assert found.keys() == {"support", "read-only"}
        assert found["read-only"] == "is missing"
        assert {is_good for is_good, _ in roles.preflight()} == {False}


class TestRights:
    @pytest.mark.parametrize("role", MADE)
    def test_a_role_changes_what_it_is_for_and_nothing_else(self, role):
        changed = {
            name.split(".")[0]
            for name in gathered("ROLES")[role]
            if name.split(".")[1].split("_")[0] in {"add", "change", "delete"}
        }

        assert changed <= CHANGES[role]

    @pytest.mark.parametrize("role", MADE)
    def test_a_role_sees_the_dashboards_and_lists_it_may_see_and_is_refused_the_others(self, client, made, role):
        member = member_of(role)
        client.force_login(member)
        start = client.get(reverse("admin:index")).text
        for name, dashboard in declared("DASHBOARDS").items():
            address = reverse("admin:dashboard", args=[name])
            may = dashboard.permission in gathered("ROLES")[role]
            assert (address in start, client.get(address).status_code) == (may, 200 if may else 403)

    @pytest.mark.parametrize("role", MADE)
    def test_no_role_gives_rights(self, role):
        giving = {"auth.change_group", "auth.add_group", "auth.delete_group", "accounts.add_apikey"}

        assert not giving & gathered("ROLES")[role]

    @pytest.mark.parametrize("role", MADE)
    def test_no_role_has_the_password_of_an_operator(self, client, made, role):
        other = UserFactory(is_staff=True)
        client.force_login(member_of(role))

        answer = client.post(reverse("admin:auth_user_password_change", args=[other.pk]), {"password1": "x"})

        assert answer.status_code == 403

    def test_support_changes_people_and_gives_no_rights(self, client, made):
        person = UserFactory()
        client.force_login(member_of("support"))
        address = reverse("admin:accounts_user_change", args=[person.pk])
        form = {"email": person.email, "full_name": "Nadia Bell", "locale": "en", "zone": "UTC"}
        inline = {f"firebase_identities-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}

        answer = client.post(address, {**form, **inline, "is_staff": "on", "is_superuser": "on"})

        person.refresh_from_db()
        assert answer.status_code == 302
        assert (person.full_name, person.is_staff, person.is_superuser) == ("Nadia Bell", False, False)

    def test_support_deactivates_people_but_no_operator(self, client, made):
        person, operator = UserFactory(), UserFactory(is_staff=True)
        client.force_login(member_of("support"))

        client.post(
            reverse("admin:accounts_user_changelist"),
            {"action": "deactivate", "_selected_action": [str(person.pk), str(operator.pk)]},
        )

        assert not User.objects.get(pk=person.pk).is_active
        assert User.objects.get(pk=operator.pk).is_active
