"""A mail server that keeps what it gets. The part before the @ may say how it answers: full@, unknown@, later@."""

import asyncio
import email
import email.policy
import json
import time
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.outside.door import Door
from tests.outside.journal import Arrival, Journal

ANSWERS = {
    "full": "552 5.2.2 Mailbox full",
    "unknown": "550 5.1.1 No such user here",
    "later": "451 4.7.1 Greylisted, please try again later",
}
UNAVAILABLE = "421 4.3.2 Service not available, closing transmission channel"
OUTAGES = ("none", "unavailable", "refused", "stall")


class Mail:
    channel = "mail"

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.door = Door()
        self.reset()

    def reset(self) -> None:
        self.outage = "none"
        self.script: dict[str, str] = {}

    def protocol(self) -> SMTP:
        return SMTP(self, hostname="outside.test", enable_SMTPUTF8=True, loop=asyncio.get_running_loop())

    def set(self, **settings: Any) -> None:
        for name, value in settings.items():
            match name, value:
                case "outage", str() if value in OUTAGES:
                    self.outage = value
                case "script", dict():
                    self.script |= value
                case _:
                    raise ValueError(f"mail knows no {name}={value!r}")

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.outage == "stall":
            await asyncio.Event().wait()
        if self.outage == "unavailable":
            return UNAVAILABLE
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        name = self.script.get(address) or address.partition("@")[0].partition("+")[0]
        if refusal := ANSWERS.get(name):
            code = int(refusal[:3])
            self.journal.arrived(Arrival(time.time(), "mail", address, b"{}", is_visible=False, code=code))
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default)
        for address in envelope.rcpt_tos:
            arrival = self.journal.arrived(self._arrival(address, message))
            self.journal.accepted(arrival, str(message["Message-ID"]))
        return "250 2.0.0 OK"

    def _arrival(self, address: str, message: EmailMessage) -> Arrival:
        text = part(message, "plain")
        kept = {"headers": dict(message.items()), "text": text, "html": part(message, "html")}
        return Arrival(
            at=time.time(),
            channel="mail",
            address=address,
            raw=json.dumps(kept).encode(),
            nid=str(message.get("X-Notice-Id", "")),
            kind=str(message.get("X-Notice-Kind", "")),
            title=str(message.get("Subject", "")),
            body=text.strip(),
            code=250,
        )


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""
