"""Mail, by any backend of Django's. Backends block, so they have a few threads of their own."""

import asyncio
import re
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notifications.channels.composing import compose
from notifications.channels.http import brief
from notifications.channels.parcel import Outcome, Parcel, Scope, Stale, Verdict
from notifications.conf import limits

# Together less than a lease of the outbox: after that another process may send the mail again.
PLACE_SECONDS = 20.0
SECONDS = 30.0

OVER_SIZE = 552
# The subject of an enhanced code (RFC 3463): of 1 and 2 it is the mailbox, whatever step of the dialogue it comes at.
OF_THE_MAILBOX = re.compile(r"5\.[12]\.\d")


class Email:
    def __init__(self, seconds: float = SECONDS, place_seconds: float = PLACE_SECONDS) -> None:
        self._seconds, self._place_seconds = seconds, place_seconds
        self._threads = ThreadPoolExecutor(limits.mail_slots, thread_name_prefix="mail")
        self._places = asyncio.Semaphore(limits.mail_slots)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.is_clear:
            return Outcome(Verdict.REJECTED, "UNSUPPORTED", error="A mail cannot be taken back.")
        try:
            await asyncio.wait_for(self._places.acquire(), self._place_seconds)
        except TimeoutError:
            return Outcome(Verdict.UNSENT, "BUSY", error="All mail threads are waiting for the server.")
        try:
            parcel.refuse_if_stale()
        except Stale:
            self._places.release()
            raise
        posted = asyncio.get_running_loop().run_in_executor(self._threads, _post, parcel)
        # A thread that is given up on keeps its place until it has ended.
        posted.add_done_callback(lambda _: self._places.release())
        done, _ = await asyncio.wait([posted], timeout=self._seconds)
        return posted.result() if done else Outcome(Verdict.TRANSIENT, "TIMEOUT", error="No answer in time.")

    async def check(self) -> Outcome:
        """Opens a connection, which includes to sign in, and closes it."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _visit)


def _visit() -> Outcome:
    try:
        connection = get_connection()
    except (ImportError, ImproperlyConfigured, ValueError) as error:
        return _misconfigured("BACKEND", type(error).__name__)
    try:
        return _open(connection) or Outcome(Verdict.ACCEPTED)
    finally:
        with suppress(Exception):
            connection.close()


def _post(parcel: Parcel) -> Outcome:
    try:
        mail = compose(parcel)
        mail.message()  # its headers are checked here, before anybody is asked
    except ValueError as error:
        return Outcome(Verdict.REJECTED, "MALFORMED", error=type(error).__name__)
    try:
        connection = get_connection()
    except (ImportError, ImproperlyConfigured, ValueError) as error:
        return _misconfigured("BACKEND", type(error).__name__)
    try:
        return _open(connection) or _deliver(connection, mail, parcel.address)
    finally:
        # The mail is handed over or it is not, whatever becomes of the farewell.
        with suppress(Exception):
            connection.close()


def _open(connection: BaseEmailBackend) -> Outcome | None:
    """None: it is open. Before that nothing can have arrived."""
    try:
        connection.open()
    except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
        return _misconfigured(type(error).__name__, str(error))
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code >= 500:
            return _misconfigured(str(error.smtp_code), _words(error.smtp_error))
        return Outcome(Verdict.UNSENT, str(error.smtp_code), error=brief(_words(error.smtp_error)))
    except Exception as error:  # whatever a backend's client raises
        return Outcome(Verdict.UNSENT, "CONNECT", error=_described(error))
    return None


def _deliver(connection: BaseEmailBackend, mail: EmailMultiAlternatives, address: str) -> Outcome:
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        number, reply = next(iter(error.recipients.values()))
        return _refused(number, reply, address, Verdict.DEAD)
    except smtplib.SMTPSenderRefused as error:
        is_ours = error.smtp_code != OVER_SIZE
        verdict = Verdict.MISCONFIGURED if is_ours else Verdict.REJECTED
        return _refused(error.smtp_code, error.smtp_error, address, verdict)
    except smtplib.SMTPResponseException as error:
        is_mailbox = OF_THE_MAILBOX.match(_words(error.smtp_error))
        verdict = Verdict.DEAD if is_mailbox else Verdict.REJECTED
        return _refused(error.smtp_code, error.smtp_error, address, verdict)
    except ValueError as error:
        return Outcome(Verdict.REJECTED, "MALFORMED", error=type(error).__name__)
    except Exception as error:  # whatever a backend's client raises
        # smtplib tells of a time-out as of a lost connection.
        is_timeout = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        code = "TIMEOUT" if is_timeout else "CONNECTION"
        return Outcome(Verdict.TRANSIENT, code, error=brief(_described(error), address))
    return Outcome(Verdict.ACCEPTED, provider_id=mail.extra_headers["Message-ID"])


def _refused(number: int, reply: bytes | str, address: str, for_good: Verdict) -> Outcome:
    """The verdict is for a number of 500 and more; below, the server only says "later"."""
    verdict = for_good if number >= 500 else Verdict.TRANSIENT
    scope = Scope.CHANNEL if verdict == Verdict.MISCONFIGURED else Scope.LANE
    return Outcome(verdict, str(number), error=brief(_words(reply), address), scope=scope)


def _misconfigured(code: str, error: str) -> Outcome:
    return Outcome(Verdict.MISCONFIGURED, code, error=brief(error), scope=Scope.CHANNEL)


def _words(reply: bytes | str) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else reply


def _described(error: Exception) -> str:
    """Of a backend that is not known here no more than a name: its text may hold anything."""
    return brief(f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__)
