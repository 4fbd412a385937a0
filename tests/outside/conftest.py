import json
import smtplib
import threading

import httpx
import pytest
from firebase_admin import credentials

from tests.outside.stripe_client import Receiver, library


@pytest.fixture
def world(providers):
    providers.reset()
    return providers


@pytest.fixture
def access_token(world):
    account = json.loads(world.env["FIREBASE_CREDENTIALS"])
    return credentials.Certificate(account).get_access_token().access_token


@pytest.fixture
def send(world, access_token):
    url = f"{world.env['FCM_ENDPOINT']}/v1/projects/{world.env['FIREBASE_PROJECT']}/messages:send"

    def post(message, token=access_token, timeout=5, **body):
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.post(url, json={"message": message, **body}, headers=headers, timeout=timeout)

    return post


@pytest.fixture
def notify(world):
    def post(key="", **body):
        headers = {"Authorization": f"Key {key or world.env['ONESIGNAL_API_KEY']}"}
        whole = {"app_id": world.env["ONESIGNAL_APP_ID"], "target_channel": "push", "contents": {"en": "Hello"}, **body}
        return httpx.post(f"{world.env['ONESIGNAL_ENDPOINT']}/notifications?c=push", json=whole, headers=headers)

    return post


@pytest.fixture
def text(world):
    account = world.env["TWILIO_ACCOUNT_SID"]
    url = f"{world.env['TWILIO_ENDPOINT']}/2010-04-01/Accounts/{account}/Messages.json"

    def post(to, body="Hello", password=world.env["TWILIO_AUTH_TOKEN"]):
        form = {"To": to, "From": world.env["TWILIO_FROM"], "Body": body}
        return httpx.post(url, data=form, auth=(account, password))

    return post


@pytest.fixture
def mail(world):
    def deliver(*addresses, text="Subject: Changed\r\nMessage-ID: <1@test>\r\n\r\nIt begins at 21:00."):
        with smtplib.SMTP(world.env["EMAIL_HOST"], int(world.env["EMAIL_PORT"]), timeout=5) as server:
            return server.sendmail("no-reply@localhost", addresses, text)

    return deliver


@pytest.fixture
def client(world):
    return library(world)


@pytest.fixture
def begin(client):
    """An intent of 25.00 EUR."""

    def create(key=None, amount=2500, **params):
        terms = {"amount": amount, "currency": "eur", "automatic_payment_methods": {"enabled": True}, **params}
        return client.v1.payment_intents.create(terms, {"idempotency_key": key} if key else {})

    return create


@pytest.fixture
def paid(world, begin):
    intent = begin()
    world.stripe.pay(intent.id)
    return intent


@pytest.fixture
def receiver(world):
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        world.control("stripe", webhook_url=server.url)
        yield server
        world.control("stripe", webhook_url="")
        server.shutdown()
