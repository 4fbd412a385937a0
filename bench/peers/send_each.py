"""The SDK's own sender at its most: 500 messages at a time, the fields that ours have; called in a hand.

It can be led to another address only by an attribute of its own. The pool of a hundred connections that it mounts for
Google's address it gets for this one too.
"""

import json
import time
from functools import cache
from uuid import uuid4

import firebase_admin
from django.conf import settings
from firebase_admin import credentials, messaging

from bench.cost import Cost, cost_of

AT_ONCE = 500  # it takes no more


def push(seconds: float) -> Cost:
    def run() -> int:
        end = time.perf_counter() + seconds
        done = 0
        while time.perf_counter() < end:
            done += _send_each()
        return done

    return cost_of(run)


def _send_each() -> int:
    answers = messaging.send_each([_message() for _ in range(AT_ONCE)], app=_app()).responses
    if failed := [answer for answer in answers if not answer.success]:
        raise RuntimeError(f"{len(failed)} pushes failed, such as {failed[0].exception!r}.")
    return len(answers)


@cache
def _app() -> firebase_admin.App:
    service = messaging._MessagingService
    service.FCM_URL = f"{settings.FCM_ENDPOINT}/v1/projects/{{0}}/messages:send"
    app = firebase_admin.initialize_app(credentials.Certificate(json.loads(settings.FIREBASE_CREDENTIALS)))
    session = messaging._get_messaging_service(app)._client.session
    session.mount(settings.FCM_ENDPOINT, session.get_adapter("https://fcm.googleapis.com"))
    return app


def _message() -> messaging.Message:
    nid, title, body = str(uuid4()), "Ward 7 needs you", "From nine to five in Ward 7."
    return messaging.Message(
        token=f"token-{uuid4().hex}",
        data={"shift_id": "7", "nid": nid, "kind": "bench_news", "channel": "bench_news", "title": title, "body": body},
        notification=messaging.Notification(title, body),
        android=messaging.AndroidConfig(
            priority="high",
            ttl=86_400,
            notification=messaging.AndroidNotification(channel_id="bench_news", tag=nid),
        ),
        apns=messaging.APNSConfig(
            {"apns-priority": "10", "apns-collapse-id": nid},
            messaging.APNSPayload(
                messaging.Aps(messaging.ApsAlert(title, body), badge=3, sound="default", thread_id="bench_news")
            ),
        ),
        fcm_options=messaging.FCMOptions(analytics_label="bench_news"),
    )
