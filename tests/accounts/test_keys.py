import hashlib
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts import keys, retention, selectors, services
from accounts.errors import AccountDeactivated, ExpiresInThePast, NoSuchScope
from accounts.models import ApiKey, UsedSignature
from core.sealing import unseal
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("upper_layer")]


@pytest.fixture
def make(user, now):
    def create(*scopes, **facts):
        return keys.create_key(facts.pop("owner", user), name="Gate 3", scopes=scopes, now=now, **facts)

    return create


class TestCreating:
    def test_a_key_has_an_id_for_lists_and_a_secret_that_is_said_once(self, make, now):
        key, secret = make("sample.scan", expires_at=now + timedelta(days=1))
        kept = ApiKey.objects.get()

        assert (kept.pk, kept.name, kept.scopes, kept.created_at) == (key.pk, "Gate 3", ["sample.scan"], now)
        assert (len(kept.pk), kept.pk[:4], len(secret)) == (16, "key-", 64)
        assert unseal(kept.sealed_secret) == secret
        assert kept.fingerprint == hashlib.sha256(secret.encode()).hexdigest()[:12]

    def test_neither_keys_nor_secrets_are_alike(self, make):
        made = [make("sample.scan") for _ in range(5)]

        assert (len({key.pk for key, _ in made}), len({secret for _, secret in made})) == (5, 5)

    def test_what_is_kept_and_shown_does_not_hold_the_secret(self, make):
        key, secret = make("sample.scan")
        machine = keys.Machine(key.pk, key.name, key.owner_id, frozenset(key.scopes))

        assert secret not in f"{key!r} {key} {vars(key)} {machine!r}"
        assert secret not in str(ApiKey.objects.values().get())

    @pytest.mark.parametrize("scopes", [[], ["sample.unknown"], ["sample.scan", "sample.unknown"], ["*"]])
    def test_there_is_no_key_for_what_nobody_declares(self, make, scopes):
        with pytest.raises(NoSuchScope) as refused:
            make(*scopes)
        assert refused.value.details == {"scopes": ["sample.plan", "sample.scan"]}

    def test_scopes_are_kept_once(self, make):
        assert make("sample.scan", "sample.plan", "sample.scan")[0].scopes == ["sample.plan", "sample.scan"]

    def test_nobody_answers_who_is_gone(self, make):
        with pytest.raises(AccountDeactivated):
            make("sample.scan", owner=UserFactory(is_active=False))

    def test_a_key_does_not_expire_before_it_begins(self, make, now):
        with pytest.raises(ExpiresInThePast):
            make("sample.scan", expires_at=now)


class TestLife:
    def test_a_key_is_live_until_it_expires(self, make, now):
        key, _ = make("sample.scan", expires_at=now + timedelta(hours=1))

        assert [key.is_live(now + timedelta(minutes=n)) for n in (0, 59, 60, 61)] == [True, True, False, False]

    def test_a_key_is_revoked_once(self, make, now):
        key, _ = make("sample.scan")
        for minutes in (1, 2):
            keys.revoke_key(key, now=now + timedelta(minutes=minutes))

        assert ApiKey.objects.get().revoked_at == now + timedelta(minutes=1)

    def test_a_key_rests_while_its_owner_is_deactivated(self, make, now, user):
        make("sample.scan")
        user.is_active = False
        user.save()
        assert not ApiKey.objects.get().is_live(now)

        user.is_active = True
        user.save()
        assert ApiKey.objects.get().is_live(now)

    def test_the_keys_of_somebody_who_deletes_her_account_are_revoked(self, make, now, user):
        make("sample.scan")
        key, _ = make("sample.scan", owner=UserFactory())
        services.delete_account(user, password=PASSWORD)

        assert set(ApiKey.objects.filter(revoked_at=None)) == {key}

    def test_she_is_shown_her_keys_and_no_secret(self, make, user, now):
        key, secret = make("sample.scan")
        make("sample.scan", owner=UserFactory())
        [exported] = selectors.personal_data(user)["account"]["api_keys"]

        assert (exported["id"], exported["name"], exported["scopes"]) == (key.pk, "Gate 3", ["sample.scan"])
        assert exported.keys() == {
            "id", "name", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at",
        }  # fmt: skip
        assert secret not in str(exported)


class TestTidying:
    def test_a_signature_is_forgotten_when_it_is_good_no_more(self, now):
        for number, seconds in enumerate((-1, 0, 1)):
            UsedSignature.objects.create(digest=f"{number}", expires_at=now + timedelta(seconds=seconds))

        assert retention.forget_expired(now) == 2
        assert [used.digest for used in UsedSignature.objects.all()] == ["2"]

    def test_thousands_are_forgotten_in_lots(self, now):
        UsedSignature.objects.bulk_create(UsedSignature(digest=f"{n}", expires_at=now) for n in range(2001))

        assert (retention.forget_expired(now), UsedSignature.objects.count()) == (2001, 0)


class TestResealing:
    def test_secrets_are_sealed_with_the_newest_key(self, make, settings, capsys):
        settings.DEVICE_KEYS = ["old"]
        _, secret = make("sample.scan")
        settings.DEVICE_KEYS = ["new", "old"]

        call_command("reseal")

        settings.DEVICE_KEYS = ["new"]
        assert unseal(ApiKey.objects.get().sealed_secret) == secret
        assert capsys.readouterr().out == "0 addresses and 1 API keys are sealed with the newest key.\n"

    def test_one_that_no_key_opens_does_not_stand_in_the_way(self, make, settings):
        settings.DEVICE_KEYS = ["lost"]
        lost, _ = make("sample.scan")
        settings.DEVICE_KEYS = ["old"]
        key, secret = make("sample.scan")
        settings.DEVICE_KEYS = ["new", "old"]

        with pytest.raises(CommandError, match="0 addresses and 1 API keys are sealed with a key that is not among"):
            call_command("reseal")

        settings.DEVICE_KEYS = ["new"]
        assert unseal(ApiKey.objects.get(pk=key.pk).sealed_secret) == secret
        assert ApiKey.objects.get(pk=lost.pk).sealed_secret == lost.sealed_secret


class TestCommand:
    def test_a_key_is_made_for_a_machine(self, user, capsys):
        scopes = ["--scope", "sample.scan", "--scope", "sample.plan"]
        call_command("createapikey", user.email.upper(), "Gate 3", *scopes, "--days", "2")
        said = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
        key = ApiKey.objects.get()

        assert said == {"id": key.pk, "secret": unseal(key.sealed_secret)}
        assert (key.owner, key.name, key.scopes) == (user, "Gate 3", ["sample.plan", "sample.scan"])
        assert key.expires_at - key.created_at == timedelta(days=2)

    def test_what_cannot_be_made_is_said(self, user):
        with pytest.raises(CommandError, match=r"Nobody has the address nobody@example\.test"):
            call_command("createapikey", "nobody@example.test", "Gate 3", scope=["sample.scan"])
        with pytest.raises(CommandError, match=r"of those that this server knows.*sample\.plan"):
            call_command("createapikey", user.email, "Gate 3", scope=["sample.unknown"])
