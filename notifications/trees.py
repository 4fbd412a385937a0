"""Which ways a notice takes, in which order. The inbox always has it; a tree says what else."""

from dataclasses import dataclass, replace
from datetime import timedelta

from notifications.models import Delivery, Notice

Unless = Delivery.Unless

FCM = "fcm"
ONESIGNAL = "onesignal"
EMAIL = "email"
SMS = "sms"

CHANNELS = (FCM, ONESIGNAL, EMAIL, SMS)
PUSH = frozenset({FCM, ONESIGNAL})
NOISY = frozenset({FCM, ONESIGNAL, SMS})  # what quiet hours hold back; a mail wakes nobody
ON_REQUEST = frozenset({SMS})  # off until somebody wants it

LANES = {"fcm.android": FCM, "fcm.ios": FCM, "fcm.web": FCM, ONESIGNAL: ONESIGNAL, EMAIL: EMAIL, SMS: SMS}


def lane_of(channel: str, platform: str = "") -> str:
    """Deliveries of a lane wait in one queue and share a breaker."""
    return f"{channel}.{platform}" if platform else channel


@dataclass(frozen=True, slots=True)
class Step:
    """One channel, `after` the notice was planned; earlier when all before it came to nothing."""

    channel: str
    after: timedelta = timedelta()
    unless: Unless = Unless.ACKED


Tree = tuple[Step, ...]

NORMAL: Tree = (Step(FCM),)
IMPORTANT: Tree = (Step(FCM), Step(EMAIL, unless=Unless.NEVER))
URGENT: Tree = (
    Step(FCM),
    Step(ONESIGNAL, timedelta(minutes=1)),
    Step(SMS, timedelta(minutes=4)),
    Step(EMAIL, timedelta(minutes=7)),
)
CHAT: Tree = (Step(FCM),)
MAIL: Tree = (Step(EMAIL, unless=Unless.NEVER),)

BY_IMPORTANCE = {
    Notice.Importance.NORMAL: NORMAL,
    Notice.Importance.IMPORTANT: IMPORTANT,
    Notice.Importance.URGENT: URGENT,
}


def heedless_of_acks(tree: Tree) -> Tree:
    """Pushed to her phone even if an app has acknowledged it; what comes later heeds that it arrived."""
    return tuple(replace(step, unless=Unless.SEEN) if step == Step(FCM) else step for step in tree)


def until_seen(tree: Tree, *, every: timedelta, times: int) -> Tree:
    """The tree, and its first step again and again until she has looked."""
    again = [replace(tree[0], after=every * n, unless=Unless.SEEN) for n in range(1, times + 1)]
    return (*tree, *again)
