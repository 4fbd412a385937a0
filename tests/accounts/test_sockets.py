import pytest
from django.http import SimpleCookie

from accounts import sessions
from accounts.identity import identify
from accounts.sockets import Credentials, Way, client_address, credentials, identity_of, is_allowed_origin


def scope(query="", client=("192.0.2.7", 4711), scheme="ws", subprotocols=(), **headers):
    return {
        "type": "websocket",
        "scheme": scheme,
        "client": client,
        "query_string": query.encode(),
        "subprotocols": list(subprotocols),
        "headers": [
            (b"host", b"example.test"),
            *((name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()),
        ],
    }


COOKIE = SimpleCookie({"sessionid": "key", "other": "x"}).output(header="", sep=";").strip()


@pytest.mark.parametrize(
    ("arriving", "found"),
    [
        (scope(authorization="Bearer abc"), Credentials(Way.TOKEN, "abc")),
        (scope(authorization="bearer  abc"), Credentials(Way.TOKEN, "abc")),
        (scope(subprotocols=["stream.v1", "bearer.abc"]), Credentials(Way.TOKEN, "abc")),
        (scope("ticket=abc&token=def"), Credentials(Way.TICKET, "abc")),
        (scope("token=a%2Eb"), Credentials(Way.TOKEN, "a.b")),
        (scope(cookie=COOKIE, origin="http://example.test"), Credentials(Way.COOKIE, "key")),
        (scope("token=abc", cookie=COOKIE, origin="http://example.test"), Credentials(Way.TOKEN, "abc")),
        (scope(authorization="Basic abc"), None),
        (scope(authorization="Bearer"), None),
        (scope("token=&ticket="), None),
        (scope("token=%FF%00"), Credentials(Way.TOKEN, "\ufffd\x00")),
        (scope(), None),
    ],
)
def test_credentials_are_found_wherever_a_client_can_put_them(arriving, found):
    assert credentials(arriving) == found


def test_a_cookie_without_an_origin_is_not_believed():
    assert credentials(scope(cookie=COOKIE)) is None


def test_a_secret_does_not_show_in_a_log():
    assert "abc" not in repr(credentials(scope("token=abc")))


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("https://app.example.test", True),
        ("http://example.test", True),
        ("https://example.test", False),
        ("http://example.test:8080", False),
        ("http://example.test.evil.test", False),
        ("https://evil.test", False),
        ("null", False),
    ],
)
def test_a_page_is_ours_or_listed(settings, origin, is_allowed):
    settings.ALLOWED_ORIGINS = ["https://app.example.test"]

    assert is_allowed_origin(scope(origin=origin)) is is_allowed


def test_a_native_app_has_no_origin():
    assert is_allowed_origin(scope())


def test_our_own_origin_behind_a_proxy_is_what_the_proxy_says(settings):
    settings.TRUSTED_PROXIES = 1
    proxied = {"x_forwarded_proto": "https", "x_forwarded_host": "public.test"}

    assert is_allowed_origin(scope(origin="https://public.test", **proxied))
    assert not is_allowed_origin(scope(origin="http://example.test", **proxied))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "192.0.2.7"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (3, "203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (1, " , ", "192.0.2.7"),
    ],
)
def test_an_address_is_believed_as_far_as_our_proxies_go(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies

    assert client_address(scope(x_forwarded_for=forwarded)) == address


def test_a_caller_on_a_unix_socket_has_no_address():
    assert client_address(scope(client=None)) == ""


@pytest.mark.django_db
def test_credentials_become_an_identity(user, sign_in, now):
    token = sign_in(user).access_token
    identity = identify(token)
    ticket = sessions.issue_ticket(session_id=identity.session_id, identity_expires_at=identity.expires_at, now=now)

    assert identity_of(credentials(scope(f"token={token}"))) == identity
    assert identity_of(credentials(scope(f"ticket={ticket}"))) == identity
