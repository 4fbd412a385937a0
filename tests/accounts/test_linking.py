import pytest

from accounts import linking, services
from accounts.errors import AccountDeactivated, AccountNotLinked, NoAddress
from accounts.firebase import FirebaseUser
from accounts.models import Code, FirebaseIdentity, Session, User
from tests.accounts.race import at_once
from tests.accounts.test_codes import ask
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

NADIA = FirebaseUser("uid-1", "nadia@example.test", is_email_verified=True, full_name="Nadia")
UNPROVEN = FirebaseUser("uid-2", "nadia@example.test")
PHONE = "+33123456789"


def links():
    return list(FirebaseIdentity.objects.order_by("uid").values_list("uid", "user"))


def test_a_first_sign_in_makes_a_user_whose_address_is_proven(now):
    user = linking.user_of(NADIA, now=now)

    kept = User.objects.get()
    assert (kept, kept.email, kept.email_verified_at, kept.full_name) == (user, "nadia@example.test", now, "Nadia")
    assert (kept.phone, kept.phone_verified_at, kept.has_usable_password()) == (None, None, False)
    assert links() == [("uid-1", user.pk)]


def test_the_next_sign_in_finds_her_whatever_her_address_is_by_then(now):
    user = linking.user_of(NADIA, now=now)

    assert linking.user_of(FirebaseUser("uid-1", "other@example.test", is_email_verified=True), now=now) == user
    assert linking.user_of(FirebaseUser("uid-1"), now=now) == user
    assert User.objects.get().email == "nadia@example.test"


def test_a_phone_number_is_always_proven(now):
    user = linking.user_of(FirebaseUser("uid-1", phone=PHONE), now=now)

    assert (user.email, user.phone, user.phone_verified_at) == (None, PHONE, now)


def test_somebody_without_any_address_is_refused(now):
    with pytest.raises(NoAddress):
        linking.user_of(FirebaseUser("uid-1", is_email_verified=True), now=now)

    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("person", "proofs"),
    [(NADIA, {"email_verified_at"}), (FirebaseUser("uid-1", phone=PHONE), {"phone_verified_at"})],
)
def test_an_address_proven_on_both_sides_links(now, person, proofs):
    user = UserFactory(email="nadia@example.test", phone=PHONE, **dict.fromkeys(proofs, now))

    assert linking.user_of(person, now=now) == user
    assert links() == [("uid-1", user.pk)]
    assert User.objects.get().check_password(PASSWORD)


def test_an_address_that_firebase_has_not_seen_proven_opens_nobodys_account(now):
    UserFactory(email="nadia@example.test", email_verified_at=now)

    with pytest.raises(AccountNotLinked):
        linking.user_of(UNPROVEN, now=now)

    assert links() == []


@pytest.mark.parametrize("person", [NADIA, UNPROVEN, FirebaseUser("uid-1", phone=PHONE)])
def test_an_address_that_was_not_proven_here_links_nobody_to_whoever_typed_it(now, person):
    UserFactory(email="nadia@example.test", phone=PHONE)

    with pytest.raises(AccountNotLinked):
        linking.user_of(person, now=now)

    assert (links(), User.objects.count()) == ([], 1)


def test_a_proven_number_of_a_stranger_does_not_open_the_account_of_a_claimed_address(now):
    UserFactory(email="nadia@example.test", email_verified_at=now)

    stranger = linking.user_of(FirebaseUser("uid-2", "nadia@example.test", phone=PHONE), now=now)

    assert (stranger.email, stranger.phone) == (None, PHONE)


def test_of_two_proven_addresses_the_email_address_says_who(now):
    by_email = UserFactory(email="nadia@example.test", email_verified_at=now)
    UserFactory(phone=PHONE, phone_verified_at=now)

    assert linking.user_of(FirebaseUser("uid-1", "nadia@example.test", True, PHONE), now=now) == by_email


def test_an_address_that_is_proven_later_is_noted(now):
    user = linking.user_of(UNPROVEN, now=now)
    assert user.email_verified_at is None

    linking.user_of(FirebaseUser("uid-2", "nadia@example.test", is_email_verified=True), now=now)

    user.refresh_from_db()
    assert user.email_verified_at == now


def test_several_users_of_firebase_may_be_one_user_here(now):
    user = linking.user_of(NADIA, now=now)

    assert linking.user_of(FirebaseUser("uid-3", "nadia@example.test", is_email_verified=True), now=now) == user
    assert links() == [("uid-1", user.pk), ("uid-3", user.pk)]


def test_who_took_an_address_that_is_not_his_loses_it_to_the_owner_who_resets_the_password(now):
    taken = linking.user_of(UNPROVEN, now=now)
    digits = ask("nadia@example.test", Code.Purpose.RESET, now=now)
    services.reset_password(address="nadia@example.test", digits=digits, new_password="another-pass", now=now)

    with pytest.raises(AccountNotLinked):
        linking.user_of(UNPROVEN, now=now)
    assert linking.user_of(NADIA, now=now) == taken
    assert links() == [("uid-1", taken.pk)]


def test_a_deleted_account_is_linked_to_nobody_and_she_may_begin_anew(now):
    user = UserFactory(email="nadia@example.test", email_verified_at=now)
    linking.user_of(NADIA, now=now)

    services.delete_account(user, password=PASSWORD)

    assert links() == []
    assert linking.user_of(NADIA, now=now) != user


class TestLogIn:
    @pytest.fixture
    def log_in(self, google, now):
        def log_in(**claims):
            token = google.mint(**{"sub": "uid-1", "email": "nadia@example.test", "email_verified": True, **claims})
            return services.log_in_with_firebase(id_token=token, device="Pixel", is_long_lived=False, now=now)

        return log_in

    def test_it_opens_a_session(self, log_in):
        signed_in = log_in()

        assert (signed_in.user, Session.objects.get().device) == (User.objects.get(), "Pixel")

    def test_somebody_deactivated_is_told_so(self, log_in):
        services.deactivate_user(log_in().user)

        with pytest.raises(AccountDeactivated):
            log_in()

    def test_somebody_deactivated_is_not_linked(self, log_in, now):
        UserFactory(email="nadia@example.test", email_verified_at=now, is_active=False)

        with pytest.raises(AccountDeactivated):
            log_in()
        assert links() == []

    @pytest.mark.django_db(transaction=True)
    def test_first_sign_ins_made_at_once_make_one_user(self, log_in):
        answers = at_once(log_in, times=6)

        assert {answer.user for answer in answers} == {User.objects.get()}
        assert (links(), Session.objects.count()) == ([("uid-1", User.objects.get().pk)], 6)

    @pytest.mark.django_db(transaction=True)
    def test_of_a_first_sign_in_and_a_registration_made_at_once_one_gets_the_address(self, log_in, now):
        ways = [
            log_in,
            lambda: services.register(
                email="nadia@example.test", password="fresh-pass", device="", is_long_lived=False, now=now
            ),
        ]

        answers = at_once(lambda: ways.pop()())

        refused = [answer.code for answer in answers if isinstance(answer, Exception)]
        assert (User.objects.count(), len(refused)) == (1, 1)
        assert refused[0] in {"address_taken", "account_not_linked"}
