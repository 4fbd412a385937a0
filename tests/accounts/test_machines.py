import json
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts import keys, services
from accounts.models import ApiKey, UsedSignature
from accounts.throttles import PerMachine, PerUser, SignaturesPerAddress
from core.sealing import seal
from tests.accounts import signed_views
from tests.accounts.race import at_once
from tests.factories.accounts import PASSWORD, UserFactory
from tests.signing import Machine, send, timestamp

pytestmark = pytest.mark.django_db

BODY = b'{"plate": "AB 123"}'


def refusal(answer):
    return answer.status_code, answer.json()["code"]


class TestSigning:
    def test_a_machine_is_let_in_and_has_somebody_who_answers_for_it(self, gate, machine, user):
        assert machine.send(gate, "GET", "/scans").json() == {"machine": "Gate 3", "owner": str(user.pk)}

    def test_the_body_reaches_the_view(self, gate, machine):
        assert machine.send(gate, "POST", "/scans", BODY).json()["body"] == {"plate": "AB 123"}

    def test_the_query_is_signed_with_the_path(self, gate, machine):
        path = "/scans?from=a%2Fb&to=%C3%A9&to=2&empty="

        assert machine.send(gate, "GET", path).status_code == 200
        header = machine.header("GET", "/scans")
        assert refusal(send(gate, "GET", path, b"", header)) == (401, "wrong_signature")

    def test_it_is_asked_to_sign_in_the_right_way(self, gate, machine):
        answer = send(gate, "GET", "/scans", b"", machine.header("GET", "/plans"))

        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "HMAC-SHA256")

    def test_who_signs_nothing_is_nobody(self, gate):
        assert refusal(gate.get("/scans")) == (401, "unauthenticated")


class TestRefusals:
    @pytest.mark.parametrize(
        ("method", "path", "body", "header"),
        [
            ("POST", "/scans", BODY + b" ", {}),
            ("POST", "/scans", b"", {}),
            ("POST", "/scans?a=1", BODY, {}),
            ("POST", "/plans", BODY, {}),
            ("PUT", "/scans", BODY, {}),
            ("POST", "/scans", BODY, {"at": "another"}),
            ("POST", "/scans", BODY, {"key": "key-000000000000"}),
            ("POST", "/scans", BODY, {"secret": "another"}),
        ],
        ids=["body", "no body", "query", "path", "method", "timestamp", "unknown key", "another secret"],
    )
    def test_what_was_not_signed_like_this_is_refused(self, gate, machine, method, path, body, header):
        at = timestamp()
        signer = Machine(machine.key, header.get("secret", machine.secret))
        authorization = signer.header("POST", "/scans", BODY, at).replace(machine.key, header.get("key", machine.key))
        if "at" in header:
            authorization = authorization.replace(at, timestamp())

        assert refusal(send(gate, method, path, body, authorization)) == (401, "wrong_signature")
        assert (signed_views.done, UsedSignature.objects.count()) == ([], 0)

    def test_one_machine_does_not_sign_for_another(self, gate, make_machine):
        one, other = make_machine(), make_machine()
        header = one.header("GET", "/scans").replace(one.key, other.key)

        assert refusal(send(gate, "GET", "/scans", b"", header)) == (401, "wrong_signature")

    def test_a_signature_is_good_once(self, gate, machine):
        at = timestamp()
        first, again = (machine.send(gate, "POST", "/scans", BODY, at) for _ in range(2))

        assert (first.status_code, refusal(again)) == (200, (401, "replayed_signature"))
        assert signed_views.done == [machine.key]

    def test_it_is_the_same_signature_however_it_is_spelt(self, gate, machine):
        header = machine.header("GET", "/scans")
        head, _, signature = header.rpartition("=")
        send(gate, "GET", "/scans", b"", header)

        answer = send(gate, "GET", "/scans", b"", f"{head}={signature.upper()}")
        assert refusal(answer) == (401, "replayed_signature")

    def test_a_signature_stays_used_though_the_view_failed(self, gate, machine):
        gate.raise_request_exception = False
        at = timestamp()

        assert machine.send(gate, "PUT", "/scans", BODY, at).status_code == 500
        assert refusal(machine.send(gate, "PUT", "/scans", BODY, at)) == (401, "replayed_signature")

    @pytest.mark.parametrize("ago", [-310, 310, -86_400, 1_700_000_000])
    def test_a_machine_whose_clock_is_wrong_learns_the_time(self, gate, machine, ago, caplog):
        answer = machine.send(gate, "GET", "/scans", at=timestamp(ago))

        assert refusal(answer) == (401, "stale_signature")
        assert answer.json()["details"].keys() == {"server_time"}
        [line] = [record for record in caplog.records if record.getMessage() == "stale_signature"]
        assert line.key == machine.key
        assert ago - 30 <= line.seconds <= ago + 30
        assert UsedSignature.objects.count() == 0

    @pytest.mark.parametrize("ago", [-280, 280])
    def test_five_minutes_are_no_wrong_clock(self, gate, machine, ago):
        assert machine.send(gate, "GET", "/scans", at=timestamp(ago)).status_code == 200

    def test_the_last_moment_there_is_is_stale(self, gate, machine):
        assert refusal(machine.send(gate, "GET", "/scans", at="99999999999.999999999")) == (401, "stale_signature")

    @pytest.mark.parametrize("at", ["nan", "inf", "-1", "9" * 400])
    def test_odd_timestamps_are_no_timestamps(self, gate, machine, at):
        assert refusal(machine.send(gate, "GET", "/scans", at=at)) == (401, "malformed_signature")

    def test_a_header_of_any_bytes_is_answered(self, gate, machine):
        header = machine.header("GET", "/scans").replace("key-", "cl\xe9-")

        assert refusal(send(gate, "GET", "/scans", b"", header)) == (401, "malformed_signature")

    @pytest.mark.parametrize("how", ["revoked", "expired", "deactivated", "deleted"])
    def test_a_key_ends(self, gate, make_machine, user, now, how):
        machine = make_machine(expires_at=now + timedelta(hours=1))
        assert machine.send(gate, "GET", "/scans").status_code == 200

        match how:
            case "revoked":
                keys.revoke_key(ApiKey.objects.get(), now=now)
            case "expired":
                ApiKey.objects.update(expires_at=now - timedelta(seconds=1))
            case "deactivated":
                services.deactivate_user(user)
            case "deleted":
                services.delete_account(user, password=PASSWORD)

        assert refusal(machine.send(gate, "GET", "/scans")) == (401, "key_ended")
        assert refusal(Machine(machine.key, "guessed").send(gate, "GET", "/scans")) == (401, "wrong_signature")

    def test_who_has_no_secret_cannot_tell_whether_there_is_such_a_key(self, gate, machine, django_assert_num_queries):
        answers = []
        for key in (machine.key, "key-000000000000"):
            with django_assert_num_queries(1):
                answers.append(Machine(key, "guessed").send(gate, "GET", "/scans"))

        assert answers[0].content == answers[1].content
        assert refusal(answers[0]) == (401, "wrong_signature")

    def test_an_unknown_key_is_refused_whatever_key_seals(self, gate, settings):
        for sealing in ("one", "another"):
            settings.DEVICE_KEYS = [sealing]
            answer = Machine("key-000000000000", "x").send(gate, "GET", "/scans")
            assert refusal(answer) == (401, "wrong_signature")


class TestScopes:
    def test_a_machine_does_only_what_it_is_for(self, gate, make_machine):
        answer = make_machine("sample.plan").send(gate, "POST", "/scans", BODY)

        assert refusal(answer) == (403, "scope_missing")
        assert answer.json()["details"] == {"scope": "sample.scan"}
        assert signed_views.done == []

    def test_what_its_owner_may_do_helps_it_nowhere(self, gate, make_machine):
        staff = UserFactory(is_staff=True, is_superuser=True)

        assert refusal(make_machine(owner=staff).send(gate, "GET", "/plans")) == (403, "scope_missing")
        planner = make_machine("sample.plan", owner=staff)
        assert planner.send(gate, "GET", "/plans").json() == {"is_machine": True}
        assert refusal(planner.send(gate, "GET", "/people")) == (401, "unauthenticated")

    def test_people_go_on_as_they_did(self, gate, api_of, settings):
        assert api_of(UserFactory(is_staff=True)).get("/plans").json() == {"is_machine": False}
        assert refusal(api_of(UserFactory()).get("/plans")) == (403, "forbidden")
        assert refusal(api_of(UserFactory(is_staff=True)).get("/scans")) == (401, "unauthenticated")

    def test_a_cookie_beside_a_signature_changes_nothing(self, gate, machine):
        gate.force_login(UserFactory(is_staff=True, is_superuser=True))

        assert refusal(machine.send(gate, "GET", "/plans")) == (403, "scope_missing")

    def test_a_view_that_asks_for_no_scope_does_not_work_for_machines(self, gate, make_machine):
        with pytest.raises(ImproperlyConfigured, match="Careless"):
            make_machine("sample.plan").send(gate, "GET", "/careless")

    @pytest.mark.parametrize("path", ["me", "me/export", "ticket", "logout", "change-password"])
    def test_a_key_opens_no_account(self, api, machine, path):
        method = "GET" if path.startswith("me") else "POST"

        assert refusal(machine.send(api, method, f"/api/auth/{path}")) == (401, "unauthenticated")


class TestIdempotency:
    def test_two_keys_of_one_owner_do_not_meet(self, gate, make_machine):
        one, other = make_machine(), make_machine()
        key = {"Idempotency_Key": "scan 1"}
        numbers = [signer.send(gate, "POST", "/scans", BODY, **key).json()["number"] for signer in (one, other, one)]

        assert numbers == [1, 2, 1]

    def test_nor_by_a_uuid(self, gate, make_machine):
        one, other = make_machine(), make_machine()
        key = {"Idempotency_Key": "9b2f6a34-70bc-4c3e-8a54-2d3c5d0f5b9e"}
        answers = [signer.send(gate, "POST", "/scans", BODY, **key) for signer in (one, other, one)]

        assert [answer.json()["number"] for answer in answers] == [1, 2, 1]
        assert answers[2]["Idempotency-Replayed"] == "true"

    def test_an_id_that_is_too_old_is_refused_all_the_same(self, gate, machine):
        answer = machine.send(gate, "POST", "/scans", BODY, Idempotency_Key="01800000-0000-7000-8000-000000000000")

        assert refusal(answer) == (410, "too_old")


class TestThrottles:
    def test_one_that_has_lost_its_secret_is_not_looked_at_and_keeps_nobody_else_out(self, gate, make_machine):
        one, other = make_machine(), make_machine()

        answer, queries = first_that_is_too_much(gate, Machine(one.key, "lost"))

        assert (refusal(answer), queries) == ((429, "rate_limited"), 0)
        assert 0 < int(answer["Retry-After"]) <= 60
        assert other.send(gate, "GET", "/scans").status_code == 200
        gate.defaults["REMOTE_ADDR"] = "192.0.2.1"
        assert one.send(gate, "GET", "/scans").status_code == 200

    def test_keys_that_are_made_up_are_counted_together(self):
        answers = []
        for _ in range(7):
            request = Request(APIRequestFactory(REMOTE_ADDR="192.0.2.7").get("/"))
            answers.append(FiveAMinute().allow_request(request, None))
            FiveAMinute().count(request)

        assert answers == [True] * 5 + [False] * 2

    def test_each_machine_has_requests_of_its_own(self, user):
        def ask(key_id):
            request = Request(APIRequestFactory().get("/"))
            request.user, request.auth = user, keys.Machine(key_id, "Gate", user.pk, frozenset())
            return ThreeRequestsAMinute().allow_request(request, None), PerUser().subject(request)

        assert [ask("key-1")[0] for _ in range(4)] == [True, True, True, False]
        assert ask("key-2") == (True, None)


class FiveAMinute(SignaturesPerAddress):
    rate = "5/min"
    timer = staticmethod(lambda: 1_000_000_020.0)


class ThreeRequestsAMinute(PerMachine):
    rate = "3/min"
    timer = staticmethod(lambda: 1_000_000_020.0)


def first_that_is_too_much(gate, machine):
    """And how many queries it cost. Twice the rate and one: the minute may turn in between."""
    for _ in range(121):
        with CaptureQueriesContext(connection) as queries:
            answer = machine.send(gate, "GET", "/scans")
        if answer.status_code == 429:
            break
    return answer, len(queries)


class TestUse:
    def test_it_is_noted_once_a_minute_that_a_machine_was_there(self, gate, machine, now):
        key = ApiKey.objects.get()
        machine.send(gate, "GET", "/scans")
        [first] = ApiKey.objects.values_list("last_used_at", flat=True)
        machine.send(gate, "GET", "/scans")
        [second] = ApiKey.objects.values_list("last_used_at", flat=True)
        ApiKey.objects.update(last_used_at=now - timedelta(seconds=61))
        machine.send(gate, "GET", "/scans")
        [third] = ApiKey.objects.values_list("last_used_at", flat=True)

        assert (key.last_used_at, first >= now, second == first, third > first) == (None, True, True, True)

    def test_who_is_refused_was_not_there(self, gate, machine):
        Machine(machine.key, "guessed").send(gate, "GET", "/scans")

        assert ApiKey.objects.get().last_used_at is None

    def test_the_secret_is_in_no_log(self, gate, machine, caplog):
        caplog.set_level("DEBUG")
        machine.send(gate, "POST", "/scans", BODY)
        machine.send(gate, "GET", "/scans", at=timestamp(1000))

        assert caplog.records
        assert machine.secret not in caplog.text + json.dumps([str(vars(record)) for record in caplog.records])


@pytest.mark.django_db(transaction=True)
def test_a_signature_that_is_shown_by_many_at_once_is_good_once(gate, machine, api):
    at = timestamp()
    answers = at_once(lambda: machine.send(type(api)(), "GET", "/scans", at=at).status_code, times=8)

    assert sorted(answers) == [200] + [401] * 7


def test_a_seal_that_no_key_opens_is_told_to_operators(gate, machine, settings):
    ApiKey.objects.update(sealed_secret=seal("x")[:-4])
    gate.raise_request_exception = False

    assert machine.send(gate, "GET", "/scans").status_code == 500
