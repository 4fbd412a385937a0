"""Seed 004's REST for notices, byte for byte as its app reads it."""

from uuid import uuid4

import pytest

from accounts.sessions import open_session
from core.sealing import unseal
from notifications import selectors, services, wire
from notifications.models import Device
from tests.factories.notifications import NoticeFactory
from tests.notifications.inbox import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(reader, api_of):
    return api_of(reader, long_lived=True)


class TestList:
    def test_a_notification_has_both_spellings(self, app, reader):
        notice = told(reader, data={"image_url": "https://cars.test/1.jpg", "car_id": "1"})
        created = notice.created_at.isoformat().replace("+00:00", "Z")

        answer = app.get("/api/notifications")

        assert answer.status_code == 200
        assert answer.json() == {
            "notifications": [
                {
                    "id": str(notice.pk),
                    "user_id": str(reader.pk),
                    "title": "News is here",
                    "message": "Come and see.",
                    "type": "sample_news",
                    "image_url": "https://cars.test/1.jpg",
                    "data": {"image_url": "https://cars.test/1.jpg", "car_id": "1"},
                    "is_read": False,
                    "isRead": False,
                    "created_at": created,
                    "createdAt": created,
                    "updated_at": created,
                }
            ],
            "total": 1,
            "page": 1,
            "limit": 20,
            "unread_count": 1,
        }

    def test_nothing_is_null(self, app, reader, now):
        services.mark_read(reader, [told(reader).pk], now=now)

        [shown] = app.get("/api/notifications").json()["notifications"]

        assert [name for name, value in shown.items() if value is None] == []
        assert (shown["image_url"], shown["is_read"], shown["isRead"]) == ("", True, True)
        assert shown["updated_at"] == now.isoformat().replace("+00:00", "Z")

    def test_the_documented_shape_is_the_shape(self, app, reader):
        told(reader)

        shown = app.get("/api/notifications").json()

        assert set(shown) == set(wire.NotificationsOut().fields)
        assert set(shown["notifications"][0]) == set(wire.NotificationOut().fields)

    def test_pages_are_counted_from_one_and_the_newest_comes_first(self, app, reader):
        notices = NoticeFactory.create_batch(5, recipient=reader)
        pages = [app.get(f"/api/notifications?page={page}&limit=2").json() for page in (1, 2, 3, 4)]

        listed = [notice["id"] for page in pages for notice in page["notifications"]]
        assert listed == [str(notice.pk) for notice in reversed(notices)]
        assert {(page["total"], page["limit"], page["unread_count"]) for page in pages} == {(5, 2, 5)}
        assert [page["page"] for page in pages] == [1, 2, 3, 4]

    def test_a_page_has_fifty_at_most(self, app, reader):
        NoticeFactory.create_batch(51, recipient=reader)

        page = app.get("/api/notifications?limit=1000").json()

        assert (len(page["notifications"]), page["limit"], page["total"]) == (50, 50, 51)

    @pytest.mark.parametrize("query", ["page=0", "page=x", "limit=0", "limit=-1", f"page={10**9}"])
    def test_a_bad_page_is_refused(self, app, query):
        refused = app.get(f"/api/notifications?{query}")

        assert (refused.status_code, refused.json()) == (400, {"error": "Some fields need another look."})

    def test_what_is_archived_or_somebody_elses_is_not_listed(self, app, reader, stranger, now):
        told(stranger)
        services.archive(reader, [told(reader).pk], now=now)

        assert app.get("/api/notifications").json()["notifications"] == []


class TestReading:
    def test_unread_ones_are_counted(self, app, reader):
        notices = [told(reader) for _ in range(3)]

        assert app.get("/api/notifications/unread-count").json() == {"count": 3}
        assert app.put(f"/api/notifications/{notices[0].pk}/read").json() == {"message": "Notification marked as read"}
        assert app.get("/api/notifications/unread-count").json() == {"count": 2}
        assert app.put("/api/notifications/mark-all-read").json() == {"message": "All notifications marked as read"}
        assert app.get("/api/notifications/unread-count").json() == {"count": 0}

    def test_a_repeat_is_a_success(self, app, reader):
        notice = told(reader)

        for _ in range(2):
            assert app.put(f"/api/notifications/{notice.pk}/read").status_code == 200
            assert app.put("/api/notifications/mark-all-read").status_code == 200

    def test_what_is_somebody_elses_is_not_there(self, app, stranger):
        theirs = told(stranger)

        for notice_id in (theirs.pk, uuid4()):
            refused = app.put(f"/api/notifications/{notice_id}/read")
            assert (refused.status_code, list(refused.json())) == (404, ["error"])
        assert selectors.unread_count(stranger) == 1


class TestDevice:
    def test_a_phone_is_registered_as_one_that_renders_nothing_itself(self, app, reader):
        answer = app.post("/api/chat/device", {"fcm_token": "a-token", "device_type": "ios"})

        device = Device.objects.get()
        assert (answer.status_code, answer.json()) == (200, {"message": "Device registered successfully"})
        assert (device.user, device.platform, device.renders_data) == (reader, "ios", False)
        assert device.session_id == reader.sessions.get().pk
        assert unseal(device.address) == "a-token"

    def test_registering_again_changes_nothing(self, app, reader):
        for _ in range(2):
            assert app.post("/api/chat/device", {"fcm_token": "a-token"}).status_code == 200

        assert list(reader.devices.values_list("platform", "is_enabled")) == [("android", True)]

    def test_a_phone_is_unregistered(self, app, reader):
        app.post("/api/chat/device", {"fcm_token": "a-token"})

        for _ in range(2):
            answer = app.delete("/api/chat/device", {"fcm_token": "a-token"})
            assert (answer.status_code, answer.json()) == (200, {"message": "Device unregistered successfully"})

        assert not reader.devices.exists()

    def test_nobody_unregisters_the_phone_of_another(self, app, api_of, reader, stranger):
        app.post("/api/chat/device", {"fcm_token": "a-token"})

        api_of(stranger, long_lived=True).delete("/api/chat/device", {"fcm_token": "a-token"})

        assert reader.devices.count() == 1

    @pytest.mark.parametrize("body", [{}, {"fcm_token": ""}, {"fcm_token": "x", "device_type": "watch"}, []])
    def test_a_bad_body_is_refused(self, app, body):
        refused = app.post("/api/chat/device", body)

        assert (refused.status_code, list(refused.json())) == (400, ["error"])


ROUTES = [
    ("get", "/api/notifications"),
    ("get", "/api/notifications/unread-count"),
    ("put", "/api/notifications/mark-all-read"),
    ("put", "/api/notifications/0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10/read"),
    ("post", "/api/chat/device"),
    ("delete", "/api/chat/device"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_token_there_is_an_error_in_their_form(client, db, method, path):
    refused = getattr(client, method)(path)

    assert (refused.status_code, refused.json()) == (401, {"error": "Sign in first."})


def test_the_token_may_stand_in_the_query(client, reader, now):
    token = open_session(reader, device="Chat app", is_long_lived=True, now=now).access_token

    assert client.get(f"/api/notifications/unread-count?token={token}").json() == {"count": 0}
