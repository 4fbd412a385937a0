"""The process of the look-alikes: python -m tests.outside.server PORT. It ends when its standard input does."""

import asyncio
import json
import sys
from typing import Any

import uvloop
from aiohttp import web

from tests.outside.control import Control
from tests.outside.fcm import Fcm
from tests.outside.identity import Identity
from tests.outside.journal import Journal
from tests.outside.mail import Mail
from tests.outside.oauth import TokenEndpoint
from tests.outside.onesignal import OneSignal
from tests.outside.stripe import Stripe
from tests.outside.stripe_control import StripeControl
from tests.outside.twilio import Twilio

PROJECT = "demo-project"
ONESIGNAL_APP = "5eb5a37e-b458-11e3-ac11-000c2940e62c"
ONESIGNAL_KEY = "os_v2_app_of_the_look_alike"
TWILIO_ACCOUNT = f"AC{'0' * 32}"
TWILIO_TOKEN = "token-of-the-look-alike"
TWILIO_FROM = "+15005550006"
STRIPE_KEY = "sk_test_of_the_look_alike"
STRIPE_WEBHOOK_SECRET = "whsec_of_the_look_alike"
HOST = "127.0.0.1"


async def serve(port: int) -> None:
    url = f"http://{HOST}:{port}"
    journal = Journal()
    tokens = TokenEndpoint(PROJECT, url)
    fcm = Fcm(journal, tokens, PROJECT)
    onesignal = OneSignal(journal, ONESIGNAL_APP, ONESIGNAL_KEY)
    twilio = Twilio(journal, TWILIO_ACCOUNT, TWILIO_TOKEN)
    stripe = Stripe(journal, STRIPE_KEY, STRIPE_WEBHOOK_SECRET)
    mail = Mail(journal)
    identity = Identity(PROJECT)
    control = Control(journal, fcm, onesignal, twilio, stripe, mail, identity)
    application = web.Application()
    for part in (fcm, onesignal, twilio, stripe, identity, StripeControl(stripe), control):
        application.add_routes(part.routes())
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    for provider in (fcm, onesignal, twilio, stripe):
        await provider.door.build(runner.server)
    await mail.door.build(mail.protocol)
    say({"url": f"{url}/", "settings": settings(url, tokens, fcm, onesignal, twilio, stripe, mail)})
    await standard_input_ends()
    await runner.cleanup()


def settings(
    url: str, tokens: TokenEndpoint, fcm: Fcm, onesignal: OneSignal, twilio: Twilio, stripe: Stripe, mail: Mail
) -> list[dict[str, str]]:
    """The settings of ours that lead here, one group for each way out."""
    return [
        {
            "FIREBASE_PROJECT": PROJECT,
            "FIREBASE_CREDENTIALS": tokens.service_account(),
            "FIREBASE_KEYS_URL": f"{url}/google/jwk",
            "FCM_ENDPOINT": f"http://{HOST}:{fcm.door.port}",
        },
        {
            "ONESIGNAL_ENDPOINT": f"http://{HOST}:{onesignal.door.port}",
            "ONESIGNAL_APP_ID": ONESIGNAL_APP,
            "ONESIGNAL_API_KEY": ONESIGNAL_KEY,
        },
        {
            "TWILIO_ENDPOINT": f"http://{HOST}:{twilio.door.port}",
            "TWILIO_ACCOUNT_SID": TWILIO_ACCOUNT,
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "TWILIO_FROM": TWILIO_FROM,
        },
        {
            "STRIPE_API_BASE": f"http://{HOST}:{stripe.door.port}",
            "STRIPE_API_KEY": STRIPE_KEY,
            "STRIPE_WEBHOOK_SECRETS": STRIPE_WEBHOOK_SECRET,
        },
        {"EMAIL_HOST": HOST, "EMAIL_PORT": str(mail.door.port)},
    ]


def say(ready: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(ready)}\n")
    sys.stdout.flush()


async def standard_input_ends() -> None:
    """The one who started us closes it, or is gone, however it ended."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
