"""How tests and the page look at the look-alikes, and tell them what to do."""

import json
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.outside.fcm import Fcm
from tests.outside.identity import Identity
from tests.outside.journal import Journal, Shown
from tests.outside.mail import Mail
from tests.outside.onesignal import OneSignal
from tests.outside.provider import Provider, answer_json
from tests.outside.stripe import Stripe
from tests.outside.twilio import Twilio

PAGE = Path(__file__).with_name("page.html")
NEWEST = 200
NAMES = {"fcm": "FCM", "onesignal": "OneSignal", "sms": "SMS", "mail": "mail"}


class Control:
    def __init__(
        self,
        journal: Journal,
        fcm: Fcm,
        onesignal: OneSignal,
        twilio: Twilio,
        stripe: Stripe,
        mail: Mail,
        identity: Identity,
    ) -> None:
        self._journal = journal
        self._fcm = fcm
        self._identity = identity
        self._channels: dict[str, Provider | Mail] = {
            one.channel: one for one in (fcm, onesignal, twilio, stripe, mail)
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.get("/newest", self.newest),
            web.get("/control/journal", self.journal),
            web.get("/control/phones", self.phones),
            web.get("/control/counts", self.counts),
            web.post("/control/reset", self.reset),
            web.post("/control/identity", self.set_identity),
            web.post("/control/{channel}", self.set),
        ]

    async def journal(self, request: web.Request) -> web.Response:
        since = float(request.query.get("since", 0))
        arrivals = self._journal.since(since, request.query.get("channel", ""))
        return answer_json([arrival.as_json() for arrival in arrivals])

    async def phones(self, _: web.Request) -> web.Response:
        return answer_json([as_json(shown) for shown in self._journal.phones.values()])

    async def counts(self, _: web.Request) -> web.Response:
        return answer_json(self._journal.counts() | {"token_requests": self._fcm.token_requests})

    async def reset(self, _: web.Request) -> web.Response:
        self._journal.reset()
        for channel in self._channels.values():
            channel.reset()
        self._identity.is_away = False
        return await self._obeyed()

    async def set(self, request: web.Request) -> web.Response:
        channel = self._channels.get(request.match_info["channel"])
        if channel is None:
            raise web.HTTPNotFound
        try:
            channel.set(**json.loads(await request.read()))
        except ValueError as unknown:
            raise web.HTTPBadRequest(text=str(unknown)) from unknown
        return await self._obeyed()

    async def set_identity(self, request: web.Request) -> web.Response:
        self._identity.is_away = json.loads(await request.read())["is_away"] is True
        return answer_json({})

    async def _obeyed(self) -> web.Response:
        for channel in self._channels.values():
            await channel.door.be_open(channel.outage != "refused")
        return answer_json({})

    async def page(self, _: web.Request) -> web.Response:
        return web.Response(text=PAGE.read_text(), content_type="text/html")

    async def newest(self, _: web.Request) -> web.Response:
        """For the page, which shows of an address no more than tells two phones apart."""
        phones = sorted(self._journal.phones.values(), key=lambda shown: shown.at, reverse=True)[:NEWEST]
        return answer_json([for_page(shown) for shown in phones])


def as_json(shown: Shown) -> dict[str, Any]:
    state = "cleared" if shown.is_cleared else "shown"
    return {
        "channel": shown.channel,
        "address": shown.address,
        "nid": shown.nid,
        "kind": shown.kind,
        "title": shown.title,
        "body": shown.body,
        "at": shown.at,
        "visible_writes": shown.visible_writes,
        "state": state,
    }


def for_page(shown: Shown) -> dict[str, Any]:
    return as_json(shown) | {"channel": NAMES[shown.channel], "address": shortened(shown.address)}


def shortened(address: str) -> str:
    if address.startswith(("topic:", "segment:")):
        return address
    return f"…{address.partition('@')[0][-6:]}"
