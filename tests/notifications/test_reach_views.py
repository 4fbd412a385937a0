from random import randrange
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts import selectors as accounts
from core.sealing import fingerprint
from notifications.models import Device
from notifications.reach.views import RegisterPerUser
from tests.factories.notifications import DeviceFactory
from tests.throttled import use_up

pytestmark = pytest.mark.django_db

PHONE = {"address": "fcm-token:APA91b", "platform": "android"}
NIGHT = {"days": [6, 0, 0], "start": "22:00", "end": "08:00"}
KEPT_NIGHT = {"days": [0, 6], "start": "22:00", "end": "08:00"}


@pytest.fixture
def phone(reader, api_of):
    return api_of(reader)


class TestDevices:
    def test_a_phone_registers_and_hears_nothing_of_its_address(self, phone, reader):
        body = {
            **PHONE,
            "install_id": str(uuid4()),
            "address_kind": "fid",
            "renders_data": True,
            "locale": "ar-EG",
            "app_version": "3.1",
        }

        created = phone.post("/api/devices", body)
        again = phone.post("/api/devices", body)

        device = reader.devices.get()
        assert (created.status_code, again.status_code) == (201, 200)
        assert created.json() == {
            "id": str(device.pk),
            "platform": "android",
            "app_version": "3.1",
            "renders_data": True,
            "last_registered_at": created.json()["last_registered_at"],
            "is_enabled": True,
        }
        assert (device.install_id, device.address_kind, device.locale) == (body["install_id"], "fid", "ar")
        assert device.session_id == reader.sessions.get().pk
        for answer in (created, again, phone.get("/api/devices"), phone.get("/api/auth/me/export")):
            assert PHONE["address"] not in answer.content.decode()

    def test_a_language_the_server_does_not_speak_is_left_to_the_profile(self, phone, reader):
        for locale in ("xx", "pt_BR", "", "??", "a" * 35):
            assert phone.post("/api/devices", {**PHONE, "locale": locale}).status_code in {200, 201}
            assert reader.devices.get().locale == ""

    def test_a_browser_has_no_session_to_bind_it_to(self, reader):
        browser = APIClient(REMOTE_ADDR=f"10.1.{randrange(256)}.{randrange(256)}")
        browser.force_login(reader)

        assert browser.post("/api/devices", {**PHONE, "platform": "web"}).status_code == 201
        assert reader.devices.get().session_id is None

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"platform": "ios"}, "address"),
            ({"address": PHONE["address"]}, "platform"),
            ({**PHONE, "address": ""}, "address"),
            ({**PHONE, "address": "two words"}, "address"),
            ({**PHONE, "address": "new\nline"}, "address"),
            ({**PHONE, "address": "ü"}, "address"),
            ({**PHONE, "address": "x" * 4097}, "address"),
            ({**PHONE, "address": ["x"]}, "address"),
            ({**PHONE, "address": None}, "address"),
            ({**PHONE, "platform": "symbian"}, "platform"),
            ({**PHONE, "address_kind": "pigeon"}, "address_kind"),
            ({**PHONE, "install_id": "phone"}, "install_id"),
            ({**PHONE, "install_id": "x" * 81}, "install_id"),
            ({**PHONE, "renders_data": "maybe"}, "renders_data"),
            ({**PHONE, "app_version": "x" * 41}, "app_version"),
            ({**PHONE, "app_version": "\x00"}, "app_version"),
            ({**PHONE, "locale": "x" * 36}, "locale"),
            ([PHONE], "non_field_errors"),
        ],
    )
    def test_a_bad_body_is_answered_by_field(self, phone, body, field):
        answer = phone.post("/api/devices", body)

        assert (answer.status_code, list(answer.json()["details"])) == (400, [field])
        assert Device.objects.count() == 0

    def test_a_repeated_post_registers_once(self, phone, reader):
        key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}

        answers = [phone.post("/api/devices", PHONE, **key) for _ in "12"]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert reader.devices.count() == 1

    def test_everybody_sees_and_removes_her_own_only(self, phone, reader, stranger):
        own, theirs = DeviceFactory(user=reader), DeviceFactory(user=stranger)

        listed = [device["id"] for device in phone.get("/api/devices").json()]
        refused = phone.delete(f"/api/devices/{theirs.pk}")
        removed = phone.delete(f"/api/devices/{own.pk}")
        again = phone.delete(f"/api/devices/{own.pk}")

        assert listed == [str(own.pk)]
        assert [refused.status_code, removed.status_code, again.status_code] == [404, 204, 404]
        assert list(Device.objects.all()) == [theirs]

    def test_an_app_unregisters_the_address_it_knows(self, phone, reader, stranger):
        DeviceFactory(user=reader, token="mine")
        theirs = DeviceFactory(user=stranger, token="theirs")

        answers = [
            phone.post("/api/devices/unregister", {"address": address}) for address in ("mine", "mine", "theirs")
        ]

        assert [answer.status_code for answer in answers] == [204] * 3
        assert list(Device.objects.all()) == [theirs]
        assert phone.post("/api/devices/unregister", {}).status_code == 400

    def test_who_registers_without_end_is_told_to_wait(self, phone, reader):
        use_up(RegisterPerUser, reader)

        assert phone.post("/api/devices", PHONE).status_code == 429
        assert phone.get("/api/devices").status_code == 200

    def test_after_logging_out_the_phone_is_not_bound_any_more(self, phone, reader):
        phone.post("/api/devices", PHONE)
        assert Device.objects.get().fingerprint == fingerprint(PHONE["address"])

        phone.post("/api/auth/logout")

        assert reader.devices.count() == 0
        assert phone.post("/api/devices", PHONE).status_code == 401


class TestPreferences:
    def test_what_is_not_mentioned_stays_with_patch_and_goes_with_put(self, phone):
        def news():
            kinds = phone.get("/api/preferences").json()["kinds"]
            return next(kind["channels"] for kind in kinds if kind["kind"] == "sample_news")

        assert news() == {"fcm": True, "onesignal": True, "email": True, "sms": False}

        changed = phone.patch("/api/preferences", {"channels": {"sms": True}})
        assert changed.json()["channels"]["sms"]
        phone.patch("/api/preferences", {"kinds": {"sample_news": {"fcm": False}}})
        assert news() == {"fcm": False, "onesignal": True, "email": True, "sms": True}

        phone.put("/api/preferences", {"kinds": {"sample_news": {"email": False}}})
        assert news() == {"fcm": True, "onesignal": True, "email": False, "sms": False}

    @pytest.mark.parametrize("verb", ["put", "patch"])
    @pytest.mark.parametrize(
        ("body", "details"),
        [
            ({"channels": {"pigeon": True}}, {"channels": {"pigeon": ["There is no such channel."]}}),
            ({"kinds": {"shoes": {"fcm": True}}}, {"kinds": {"shoes": ["There is no such kind of notice."]}}),
            (
                {"kinds": {"sample_news": {"pigeon": False}}},
                {"kinds": {"sample_news": {"pigeon": ["There is no such channel."]}}},
            ),
            ({"channels": {"fcm": "perhaps"}}, {"channels": {"fcm": ["Must be a valid boolean."]}}),
            ({"channels": {"fcm": None}}, {"channels": {"fcm": ["This field may not be null."]}}),
            ({"channels": []}, {"channels": ['Expected a dictionary of items but got type "list".']}),
            (
                {"kinds": {"sample_news": True}},
                {"kinds": {"sample_news": ['Expected a dictionary of items but got type "bool".']}},
            ),
        ],
    )
    def test_what_there_is_not_is_answered_by_field(self, phone, verb, body, details):
        answer = getattr(phone, verb)("/api/preferences", body)

        assert (answer.status_code, answer.json()["details"]) == (400, details)

    def test_what_is_mandatory_is_refused(self, phone):
        refused = phone.patch("/api/preferences", {"kinds": {"sample_bill": {"email": False}}})

        assert (refused.status_code, refused.json()["code"]) == (409, "kind_is_mandatory")

    def test_everybody_chooses_for_herself(self, phone, api_of, stranger):
        phone.patch("/api/preferences", {"channels": {"fcm": False}})

        assert api_of(stranger).get("/api/preferences").json()["channels"]["fcm"] is True


class TestQuietHours:
    def test_they_are_set_shown_and_switched_off(self, phone, reader):
        reader.zone = "Africa/Cairo"
        reader.save()
        assert phone.get("/api/quiet-hours").json() == {"zone": "Africa/Cairo", "windows": []}

        body = {"zone": "Europe/Paris", "windows": [NIGHT]}
        assert phone.put("/api/quiet-hours", body).json() == {"zone": "Europe/Paris", "windows": [KEPT_NIGHT]}
        assert phone.put("/api/quiet-hours", {"windows": [NIGHT]}).json()["zone"] == "Africa/Cairo"

        phone.put("/api/quiet-hours", {"zone": "Europe/Paris", "windows": []})
        assert phone.get("/api/quiet-hours").json() == {"zone": "Africa/Cairo", "windows": []}

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, {"windows"}),
            ({"windows": None}, {"windows"}),
            ({"windows": [NIGHT], "zone": "Mars/Olympus"}, {"zone"}),
            ({"windows": [NIGHT], "zone": None}, {"zone"}),
            ({"windows": [NIGHT] * 21}, {"windows"}),
            ({"windows": [{**NIGHT, "days": []}]}, {"windows"}),
            ({"windows": [{**NIGHT, "days": [7]}]}, {"windows"}),
            ({"windows": [{**NIGHT, "days": [-1]}]}, {"windows"}),
            ({"windows": [{**NIGHT, "days": 5}]}, {"windows"}),
            ({"windows": [{**NIGHT, "start": "24:00"}]}, {"windows"}),
            ({"windows": [{**NIGHT, "start": "8pm"}]}, {"windows"}),
            ({"windows": [{**NIGHT, "end": None}]}, {"windows"}),
            ({"windows": ["night"]}, {"windows"}),
            ({"windows": [{"days": list(range(7)), "start": "00:00", "end": "00:00"}]}, {"windows"}),
        ],
    )
    def test_a_bad_body_is_answered_by_field(self, phone, body, fields):
        phone.put("/api/quiet-hours", {"zone": "Europe/Paris", "windows": [NIGHT]})

        answer = phone.put("/api/quiet-hours", body)

        assert (answer.status_code, set(answer.json()["details"])) == (400, fields)
        assert phone.get("/api/quiet-hours").json() == {"zone": "Europe/Paris", "windows": [KEPT_NIGHT]}

    def test_the_window_that_is_wrong_is_named(self, phone):
        answer = phone.put("/api/quiet-hours", {"windows": [NIGHT, {**NIGHT, "start": "25:00"}]})

        assert list(answer.json()["details"]["windows"]["1"]) == ["start"]


def test_an_export_holds_devices_preferences_and_quiet_hours(phone, reader):
    phone.post("/api/devices", PHONE)
    phone.patch("/api/preferences", {"channels": {"fcm": False}})
    phone.put("/api/quiet-hours", {"zone": "UTC", "windows": [NIGHT]})

    exported = accounts.personal_data(reader)

    assert [device["platform"] for device in exported["devices"]] == ["android"]
    assert exported["notice_preferences"] == [{"kind": "", "channel": "fcm", "is_enabled": False}]
    assert exported["quiet_hours"] == {"zone": "UTC", "windows": [KEPT_NIGHT]}


@pytest.mark.parametrize("path", ["devices", "preferences", "quiet-hours"])
def test_nobody_is_reached_without_signing_in(path):
    assert APIClient().get(f"/api/{path}").status_code == 401
