from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from accounts import services, sessions
from accounts.errors import SessionEnded
from core.sealing import fingerprint, seal, unseal
from notifications import retention
from notifications.conf import limits
from notifications.models import Device, DeviceChange
from notifications.reach import ageing, devices
from tests.accounts.race import at_once
from tests.factories.accounts import PASSWORD, SessionFactory, UserFactory
from tests.factories.notifications import DeviceFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def register(reader, now):
    """The reader's phone, unless other facts are given."""

    def call(address="token-1", *, of=reader, at=now, **facts):
        return devices.register(user_id=of.pk, address=address, now=at, **facts)

    return call


def changes(user) -> list[tuple[str, str]]:
    return list(DeviceChange.objects.filter(user_id=user.pk).order_by("pk").values_list("what", "reason"))


def addresses(user) -> set[str]:
    return {unseal(device.address) for device in user.devices.all()}


class TestRegistering:
    def test_a_new_address_is_a_new_device(self, register, reader, now):
        device, is_new = register(platform="ios", renders_data=True, locale="ar", app_version="3.1")

        device.refresh_from_db()
        assert is_new
        assert (device.user, device.platform, device.renders_data, device.locale) == (reader, "ios", True, "ar")
        assert (device.app_version, device.last_registered_at, device.last_seen_at) == ("3.1", now, now)
        assert changes(reader) == [("registered", "")]

    def test_its_address_is_kept_sealed_and_found_by_its_fingerprint(self, register):
        device, _ = register("token-secret")

        row = Device.objects.filter(pk=device.pk).values().get()
        assert [name for name, value in row.items() if "token-secret" in str(value)] == []
        assert (unseal(row["address"]), row["fingerprint"]) == ("token-secret", fingerprint("token-secret"))
        assert "token-secret" not in f"{device} {device!r}"

    def test_the_same_address_again_is_the_same_device_with_the_newest_facts(self, register, reader, now):
        device, _ = register(app_version="1", session_id=SessionFactory(user=reader).pk)
        session_id = SessionFactory(user=reader).pk

        again, is_new = register(app_version="2", session_id=session_id, at=now + DAY)

        again.refresh_from_db()
        assert (again.pk, is_new) == (device.pk, False)
        assert (again.app_version, again.session_id, again.last_registered_at) == ("2", session_id, now + DAY)
        assert changes(reader) == [("registered", "")]

    def test_a_new_address_of_the_same_installation_refreshes_it(self, register, reader, now):
        device, _ = register("token-1", install_id="installation")

        again, is_new = register("token-2", install_id="installation", at=now + DAY)

        assert (again.pk, is_new) == (device.pk, False)
        assert addresses(reader) == {"token-2"}
        assert changes(reader) == [("registered", ""), ("refreshed", "")]

    def test_an_address_of_somebody_else_moves(self, register, reader, stranger):
        theirs, _ = register(of=stranger)

        device, is_new = register()

        assert is_new
        assert device.pk != theirs.pk
        assert (addresses(reader), addresses(stranger)) == ({"token-1"}, set())
        assert changes(stranger) == [("registered", ""), ("moved", "")]
        assert changes(reader) == [("registered", "")]

    def test_an_installation_of_somebody_else_moves_though_its_address_is_new(self, register, reader, stranger):
        register("token-1", of=stranger, install_id="installation")

        register("token-2", install_id="installation")

        assert (addresses(reader), addresses(stranger)) == ({"token-2"}, set())
        assert changes(stranger) == [("registered", ""), ("moved", "")]

    def test_two_rows_that_turn_out_to_be_one_installation_become_one(self, register, reader):
        named, _ = register("token-1", install_id="installation")
        nameless, _ = register("token-2")

        device, is_new = register("token-2", install_id="installation")

        assert (device.pk, device.install_id, is_new) == (nameless.pk, "installation", False)
        assert list(reader.devices.all()) == [device]
        assert DeviceChange.objects.get(device_id=named.pk, what="unbound").reason == "same_app"

    def test_devices_that_name_no_installation_are_different_ones(self, register, reader):
        register("token-1")
        register("token-2")

        assert addresses(reader) == {"token-1", "token-2"}

    def test_an_app_that_no_longer_names_its_installation_keeps_the_name(self, register, reader):
        register(install_id="installation")
        register()

        assert reader.devices.get().install_id == "installation"

    def test_a_dead_device_is_revived(self, register, reader, now):
        dead = DeviceFactory(user=reader, token="token-1", is_enabled=False, dead_reason="UNREGISTERED")

        device, is_new = register()

        assert (device.pk, is_new) == (dead.pk, False)
        assert (device.is_enabled, device.dead_reason) == (True, "")
        assert changes(reader) == [("registered", "")]

    def test_beyond_ten_the_dead_goes_first_and_then_the_longest_unseen(self, register, reader, now):
        aged = [DeviceFactory(user=reader, last_seen_at=now - n * DAY) for n in range(1, limits.devices_per_user)]
        dead = DeviceFactory(user=reader, last_seen_at=now, is_enabled=False)

        register("token-1")
        assert set(reader.devices.values_list("pk", flat=True)) == {
            *(device.pk for device in aged),
            reader.devices.get(fingerprint=fingerprint("token-1")).pk,
        }
        register("token-2")
        assert not Device.objects.filter(pk=aged[-1].pk).exists()
        assert reader.devices.count() == limits.devices_per_user
        assert [change.device_id for change in DeviceChange.objects.filter(reason="too_many").order_by("pk")] == [
            dead.pk,
            aged[-1].pk,
        ]

    def test_a_device_that_is_known_makes_no_room(self, register, reader, now):
        DeviceFactory.create_batch(limits.devices_per_user - 1, user=reader)
        register()
        register(at=now + DAY)

        assert reader.devices.count() == limits.devices_per_user

    def test_a_session_that_has_ended_registers_nothing(self, register, reader, stranger):
        ended = SessionFactory(user=reader)
        sessions.revoke(reader.pk)

        for session_id in (ended.pk, SessionFactory(user=stranger).pk, uuid4()):
            with pytest.raises(SessionEnded):
                register(session_id=session_id)
        assert Device.objects.count() == 0

    def test_who_was_deactivated_registers_nothing(self, register, reader):
        services.deactivate_user(reader)

        with pytest.raises(SessionEnded):
            register()


class TestUnbinding:
    def test_an_address_is_unbound_from_its_owner_only(self, reader, stranger):
        DeviceFactory(user=reader, token="token-1")

        assert devices.unbind(stranger.pk, "token-1") is False
        assert devices.unbind(reader.pk, "token-1") is True
        assert devices.unbind(reader.pk, "token-1") is False
        assert changes(reader) == [("unbound", "by_app")]

    def test_who_logs_out_is_not_pushed_to_there_any_more(self, register, reader):
        phone, tablet = SessionFactory(user=reader), SessionFactory(user=reader)
        register("phone", session_id=phone.pk)
        register("tablet", session_id=tablet.pk)
        register("browser")

        services.log_out(phone)

        assert addresses(reader) == {"tablet", "browser"}
        assert changes(reader)[-1] == ("unbound", "signed_out")

    @pytest.mark.parametrize("is_deactivated", [True, False])
    def test_whoever_ends_all_sessions_unbinds_all_devices(self, register, reader, now, is_deactivated):
        session = SessionFactory(user=reader)
        register("phone", session_id=session.pk)
        register("browser")

        if is_deactivated:
            services.deactivate_user(reader)
        else:
            services.change_password(
                user=reader, current_password=PASSWORD, new_password="another-pass-9", session=session, now=now
            )

        assert addresses(reader) == set()

    def test_nothing_is_left_of_who_deletes_the_account(self, register, reader, stranger):
        register()
        register("theirs", of=stranger)

        services.delete_account(reader, password=PASSWORD)

        assert list(Device.objects.values_list("user", flat=True)) == [stranger.pk]
        assert changes(reader)[-1][0] == "unbound"


class TestBurying:
    def bury(self, device: Device, since: datetime, address: str = "token-1") -> bool:
        return devices.bury(device.pk, fingerprint(address), since, "UNREGISTERED", since + HOUR)

    def test_a_dead_address_is_disabled(self, reader, now):
        device = DeviceFactory(user=reader, token="token-1", last_registered_at=now - HOUR)

        assert self.bury(device, now) is True
        assert self.bury(device, now) is False

        device.refresh_from_db()
        assert (device.is_enabled, device.dead_reason) == (False, "UNREGISTERED")
        [change] = DeviceChange.objects.all()
        assert (change.user_id, change.device_id, change.what, change.reason, change.at) == (
            reader.pk,
            device.pk,
            "died",
            "UNREGISTERED",
            now + HOUR,
        )

    def test_a_dead_address_is_disabled_only_if_it_was_not_registered_again_since(self, register, now):
        device, _ = register(at=now)

        assert self.bury(device, now - HOUR) is False
        assert Device.objects.get().is_enabled

    def test_an_address_that_took_the_place_of_the_dead_one_lives(self, register, now):
        """The call began after the registration, yet with what was read before it."""
        device, _ = register("token-1", install_id="installation", at=now - HOUR)
        register("token-2", install_id="installation", at=now - HOUR)

        assert self.bury(device, now) is False
        assert Device.objects.get().is_enabled

    def test_what_moved_to_somebody_else_lives(self, register, stranger, now):
        device, _ = register(at=now - HOUR)
        register(of=stranger, at=now - HOUR)

        assert self.bury(device, now) is False
        assert stranger.devices.get().is_enabled


class TestAgeing:
    def test_being_seen_is_noted_once_a_day(self, now):
        lately, long_ago = DeviceFactory(last_seen_at=now - HOUR), DeviceFactory(last_seen_at=now - 2 * DAY)
        other = DeviceFactory(last_seen_at=now - 2 * DAY)

        devices.note_seen([lately.pk, long_ago.pk], now)

        seen = dict(Device.objects.values_list("pk", "last_seen_at"))
        assert seen == {lately.pk: now - HOUR, long_ago.pk: now, other.pk: now - 2 * DAY}

    def test_devices_unseen_for_nine_months_are_removed(self, reader, now):
        DeviceFactory(user=reader, last_seen_at=now - 270 * DAY - HOUR)
        kept = DeviceFactory(user=reader, last_seen_at=now - 270 * DAY)

        assert ageing.age(now) == 1

        assert list(Device.objects.all()) == [kept]
        assert changes(reader) == [("aged", "")]

    def test_more_than_one_lot_is_removed(self, reader, now):
        DeviceFactory.create_batch(ageing.BATCH + 1, user=reader, last_seen_at=now - 300 * DAY)

        assert ageing.age(now) == ageing.BATCH + 1
        assert Device.objects.count() == 0

    def test_what_became_of_devices_is_forgotten_after_a_while(self, register, reader, now):
        register()
        DeviceChange.objects.update(at=now - limits.attempt_days * DAY)
        retention.forget(now)
        assert changes(reader) == [("registered", "")]

        DeviceChange.objects.update(at=F("at") - HOUR)
        retention.forget(now)
        assert changes(reader) == []


class TestResealing:
    def test_addresses_are_sealed_with_the_newest_key(self, register, reader, settings, capsys):
        settings.DEVICE_KEYS = ["old"]
        register()
        settings.DEVICE_KEYS = ["new", "old"]

        call_command("reseal")

        settings.DEVICE_KEYS = ["new"]
        assert addresses(reader) == {"token-1"}
        assert capsys.readouterr().out == "1 addresses and 0 API keys are sealed with the newest key.\n"

    def test_an_address_that_no_key_opens_is_told_and_does_not_stand_in_the_way(self, reader, settings, capsys):
        settings.DEVICE_KEYS = ["lost"]
        lost = seal("token-0")
        settings.DEVICE_KEYS = ["old"]
        DeviceFactory(user=reader, token="token-1")
        broken = DeviceFactory(user=reader, token="token-0", address=lost)
        settings.DEVICE_KEYS = ["new", "old"]

        with pytest.raises(CommandError, match="1 addresses and 0 API keys are sealed with a key that is not"):
            call_command("reseal")

        settings.DEVICE_KEYS = ["new"]
        assert unseal(reader.devices.exclude(pk=broken.pk).get().address) == "token-1"
        assert reader.devices.get(pk=broken.pk).address == lost


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_one_address_by_one_user_there_is_one_row(self, reader, now):
        answers = at_once(lambda: devices.register(user_id=reader.pk, address="token-1", now=now), times=8)

        assert sorted(is_new for _, is_new in answers) == [False] * 7 + [True]
        assert addresses(reader) == {"token-1"}

    def test_of_one_address_by_two_users_there_is_one_row(self, reader, stranger, now):
        for n in range(10):
            address, install_id = f"token-{n}", f"installation-{n}"
            calls = [
                partial(devices.register, user_id=user.pk, address=address, install_id=install_id, now=now)
                for user in (reader, stranger) * 3
            ]
            answers = at_once(lambda waiting=calls: waiting.pop()(), times=len(calls))

            assert [answer for answer in answers if isinstance(answer, Exception)] == []
            assert Device.objects.filter(fingerprint=fingerprint(address)).count() == 1

    def test_a_device_registered_while_its_session_is_ended_is_not_left_behind(self, now):
        for _ in range(20):
            user = UserFactory()
            session = SessionFactory(user=user)
            calls = [
                partial(services.log_out, session),
                partial(devices.register, user_id=user.pk, address=uuid4().hex, session_id=session.pk, now=now),
            ]
            answers = at_once(lambda waiting=calls: waiting.pop()(), times=2)

            assert {type(answer) for answer in answers if isinstance(answer, Exception)} <= {SessionEnded}
            assert addresses(user) == set()

    def test_an_address_that_dies_while_it_is_registered_again_lives(self, now):
        """Whichever comes first, the registration is what counts."""
        for n in range(20):
            device = DeviceFactory(token=f"token-{n}", last_registered_at=now - DAY)
            calls = [
                partial(devices.bury, device.pk, device.fingerprint, now - HOUR, "UNREGISTERED", now),
                partial(devices.register, user_id=device.user_id, address=f"token-{n}", now=now),
            ]
            answers = at_once(lambda waiting=calls: waiting.pop()(), times=2)

            assert [answer for answer in answers if isinstance(answer, Exception)] == []
            assert Device.objects.get(pk=device.pk).is_enabled
