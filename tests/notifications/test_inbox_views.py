from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from notifications import messages, selectors, services
from notifications.serializers import NoticeOut
from tests.factories.notifications import DeliveryFactory, DeviceFactory, NoticeFactory
from tests.notifications.inbox import heard, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(reader, api_of):
    return api_of(reader)


class TestList:
    def test_the_newest_comes_first_and_in_pages(self, phone, reader):
        notices = [told(reader) for _ in range(5)]

        page = phone.get("/api/inbox?page_size=3").data
        rest = phone.get(page["next"]).data

        listed = [notice["id"] for notice in page["results"] + rest["results"]]
        assert listed == [str(notice.pk) for notice in reversed(notices)]
        assert rest["next"] is None

    def test_a_notice_looks_as_in_the_stream(self, phone, reader):
        notice = told(reader, about=7, data={"order": "12"}, importance="important")

        [shown] = phone.get("/api/inbox").json()["results"]

        assert shown == NoticeOut(notice).data == phone.get(f"/api/inbox/{notice.pk}").json()
        assert shown == {
            "id": str(notice.pk),
            "kind": "sample_news",
            "about": {"kind": "sample.counter", "key": "7"},
            "title": "News is here",
            "body": "Come and see.",
            "data": {"order": "12"},
            "importance": "important",
            "created_at": notice.created_at.isoformat().replace("+00:00", "Z"),
            "expires_at": None,
            "seen_at": None,
            "read_at": None,
        }
        assert list(shown) == list(NoticeOut().fields)

    def test_what_is_unread_can_be_had_alone(self, phone, reader, now):
        read, unread = told(reader), told(reader)
        services.mark_read(reader, [read.pk], now=now)

        assert [notice["id"] for notice in phone.get("/api/inbox?unread=1").data["results"]] == [str(unread.pk)]
        assert len(phone.get("/api/inbox?unread=0").data["results"]) == 2
        assert phone.get("/api/inbox/unread").data == {"unread": 1}

    def test_what_is_archived_or_withdrawn_is_not_listed(self, phone, reader, now):
        archived, withdrawn = told(reader), told(reader)
        services.archive(reader, [archived.pk], now=now)
        messages.withdraw((withdrawn.subject_kind, withdrawn.subject_key))

        assert phone.get("/api/inbox").data["results"] == []
        assert phone.get(f"/api/inbox/{archived.pk}").data["id"] == str(archived.pk)
        assert phone.get(f"/api/inbox/{withdrawn.pk}").status_code == 404

    @pytest.mark.parametrize("query", ["unread=perhaps", "cursor=x", "cursor=cD1qdW5r", "cursor=cD0lMDA="])
    def test_a_bad_query_is_refused(self, phone, reader, query):
        told(reader)

        assert phone.get(f"/api/inbox?{query}").status_code in {400, 404}

    def test_a_list_takes_as_many_queries_for_many_as_for_one(self, phone, reader, django_assert_max_num_queries):
        NoticeFactory.create_batch(20, recipient=reader)
        phone.get("/api/inbox/unread")  # notes that the session is in use

        with django_assert_max_num_queries(2):  # one of them is the session's
            phone.get("/api/inbox")


class TestMarking:
    def test_one_is_read(self, phone, reader):
        notice, _ = told(reader), told(reader)

        response = phone.post(f"/api/inbox/{notice.pk}/read")

        assert (response.status_code, response.data) == (200, {"unread": 1})
        assert phone.get(f"/api/inbox/{notice.pk}").data["read_at"] is not None

    def test_some_are_read_or_all(self, phone, reader):
        notices = [told(reader) for _ in range(3)]

        assert phone.post("/api/inbox/read", {"ids": [notices[0].pk]}).data == {"unread": 2}
        assert phone.post("/api/inbox/read", {"ids": [notices[0].pk], "all": False}).data == {"unread": 2}
        assert phone.post("/api/inbox/read", {"all": True}).data == {"unread": 0}

    def test_some_are_seen_or_all_from_one_on(self, phone, reader):
        notices = [told(reader) for _ in range(3)]

        phone.post("/api/inbox/seen", {"ids": [notices[2].pk]})
        assert phone.post("/api/inbox/seen", {"upto": notices[0].pk}).data == {"unread": 3}

        shown = phone.get("/api/inbox").data["results"]
        assert [notice["seen_at"] is not None for notice in shown] == [True, False, True]

    def test_one_is_archived(self, phone, reader):
        notice = told(reader)

        assert phone.post(f"/api/inbox/{notice.pk}/archive").data == {"unread": 0}
        assert phone.post(f"/api/inbox/{notice.pk}/archive").data == {"unread": 0}
        assert heard(reader) == ["notice_added", "inbox_changed", "notice_changed", "inbox_changed"]

    @pytest.mark.parametrize(
        ("verb", "body"),
        [
            ("read", {}),
            ("read", {"all": False}),
            ("read", {"ids": ["x"]}),
            ("read", {"ids": "all"}),
            ("read", {"ids": [str(uuid4())], "all": True}),
            ("read", {"ids": [str(uuid4())] * 201}),
            ("seen", {}),
            ("seen", {"upto": "yesterday"}),
            ("seen", {"ids": [], "upto": str(uuid4())}),
            ("receipts", {"received": [None]}),
            ("receipts", {"device": "mine"}),
            ("receipts", []),
        ],
    )
    def test_a_bad_body_is_refused(self, phone, verb, body):
        assert phone.post(f"/api/inbox/{verb}", body).status_code == 400

    def test_a_repeat_with_a_key_gets_the_first_answer(self, phone, reader):
        notices, key = [told(reader), told(reader)], str(uuid7())

        for notice in (notices[0], notices[0]):
            answer = phone.post(f"/api/inbox/{notice.pk}/read", headers={"Idempotency-Key": key})
            assert answer.data == {"unread": 1}

        assert answer.headers["Idempotency-Replayed"] == "true"


class TestReceipts:
    def push(self, reader, **device):
        notice = told(reader)
        return DeliveryFactory(notice=notice, device=DeviceFactory(user=reader, **device), state="accepted")

    def test_the_device_of_the_session_is_meant(self, phone, reader):
        other = self.push(reader)
        mine = self.push(reader, session_id=reader.sessions.get().pk)

        received = [str(delivery.notice_id) for delivery in (mine, other)]
        answer = phone.post("/api/inbox/receipts", {"received": received})

        mine.refresh_from_db()
        other.refresh_from_db()
        assert (answer.status_code, answer.data) == (200, {"unread": 2})
        assert (mine.received_at is None, other.received_at is None) == (False, True)

    def test_or_the_one_that_is_named(self, phone, reader):
        push = self.push(reader)

        body = {"opened": [str(push.notice_id)], "device": str(push.device_id)}

        assert phone.post("/api/inbox/receipts", body).data == {"unread": 0}
        push.refresh_from_db()
        assert push.state == "opened"

    def test_a_page_that_came_with_a_cookie_has_no_session_of_a_device(self, client, reader):
        push = self.push(reader)
        client.force_login(reader)

        body = {"opened": [str(push.notice_id)]}
        answer = client.post("/api/inbox/receipts", body, content_type="application/json")

        push.refresh_from_db()
        assert (answer.status_code, answer.data) == (200, {"unread": 0})
        assert push.state == "accepted"


ROUTES = [
    ("get", ""),
    ("get", "/unread"),
    ("get", "/{}"),
    ("post", "/read"),
    ("post", "/seen"),
    ("post", "/receipts"),
    ("post", "/{}/read"),
    ("post", "/{}/archive"),
]


class TestRights:
    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_nobody_comes_in_without_a_token(self, client, db, method, path):
        assert getattr(client, method)(f"/api/inbox{path.format(uuid4())}").status_code == 401

    @pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if "{}" in route[1]])
    def test_what_is_somebody_elses_does_not_exist(self, phone, stranger, method, path):
        theirs = told(stranger)

        for notice_id in (theirs.pk, uuid4()):
            refused = getattr(phone, method)(f"/api/inbox{path.format(notice_id)}")
            assert (refused.status_code, refused.data["code"]) == (404, "not_found")

        assert selectors.unread_count(stranger) == 1

    def test_the_device_of_somebody_else_says_nothing(self, phone, reader, stranger):
        theirs = DeliveryFactory(notice=told(stranger), device=DeviceFactory(user=stranger), state="accepted")
        mine = DeliveryFactory(notice=told(reader), device=DeviceFactory(user=reader), state="accepted")

        body = {"received": [str(theirs.notice_id), str(mine.notice_id)], "device": str(theirs.device_id)}
        phone.post("/api/inbox/receipts", body)

        for push in (theirs, mine):
            push.refresh_from_db()
            assert push.received_at is None
