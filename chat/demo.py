import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.demo import curl, token
from accounts.models import User
from chat.models import Conversation
from chat.sending import Draft
from chat.services import conversations, messages, receipts
from core.clocks import DAY

ALICE, BOB, CARL, OLIVIA = "alice@demo.test", "bob@demo.test", "customer@demo.test", "owner@demo.test"

CAR = {"car_id": "0197a1c0-7a3e-7c55-9d1e-6f0c2b8d4e11", "car_title": "Toyota Corolla 2018"}
ABOUT_A_CAR = [
    (ALICE, "Hello, is the Corolla still for sale?"),
    (BOB, "Hello Alice, it is. 62,000 km, one owner, all services done."),
    (ALICE, "Any damage I should know of?"),
    (BOB, "A scratch on the rear bumper, nothing else. You are welcome to look at it."),
    (ALICE, "Would Saturday suit you?"),
    (BOB, "Saturday is fine, after ten."),
    (ALICE, "Then Saturday at eleven. Could you do 11,500?"),
    (BOB, "Let us talk about it when you have seen it."),
    (BOB, "I have put the service book into the car for you."),
]
NEIGHBOURS = "Neighbours"
AMONG_NEIGHBOURS = [
    (OLIVIA, "Good morning everybody. The street is closed on Sunday, for the marathon."),
    (CARL, "Thank you! From when to when?"),
    (OLIVIA, "From seven until four in the afternoon."),
    (BOB, "Then I leave the car at the station on Saturday."),
    (ALICE, "Does somebody want to watch together? We have a balcony."),
    (CARL, "I would love to. I bring cake."),
    (OLIVIA, "And I bring coffee."),
]


def talks() -> None:
    about_a_car()
    among_neighbours()


def about_a_car() -> None:
    """Alice asks Bob about his car; his last words she has not read."""
    alice = User.objects.get(email=ALICE)
    bob = User.objects.get(email=BOB)
    now = timezone.now()
    talk, is_new = conversations.open_conversation(
        alice, [bob.pk], title=CAR["car_title"], context=CAR, now=now - 3 * DAY
    )
    if is_new:
        say(talk, [({ALICE: alice, BOB: bob}[who], text) for who, text in ABOUT_A_CAR], now=now)


def among_neighbours() -> None:
    people = {email: User.objects.get(email=email) for email in (OLIVIA, ALICE, BOB, CARL)}
    olivia, *others = people.values()
    now = timezone.now() - timedelta(hours=12)
    talk, is_new = conversations.open_conversation(
        olivia, [person.pk for person in others], title=NEIGHBOURS, is_group=True, now=now - DAY
    )
    if is_new:
        say(talk, [(people[who], text) for who, text in AMONG_NEIGHBOURS], now=now)


def ways_in(address: str) -> list[str]:
    """From one app to the other, as the seed's client speaks."""
    talk = conversation_of(ALICE, BOB)
    said = {"type": "message", "conversation_id": str(talk.pk), "content": "I am on my way."}
    seen = {"type": "messages:seen", "conversation_id": str(talk.pk)}
    return [
        "",
        "Chat, as its app speaks: alice and bob talk about a car. Say something in one terminal, see it in the other.",
        "The tokens are good for a quarter of an hour:",
        f"  ALICE={token(ALICE)}",
        f"  BOB={token(BOB)}",
        f'  wscat -c "ws://{address}/api/chat/ws?token=$BOB"',
        f'  wscat -c "ws://{address}/api/chat/ws?token=$ALICE"',
        f"  {json.dumps(said)}",
        f"  {json.dumps(seen)}",
        curl("ALICE", "GET", f"http://{address}/api/chat/conversations"),
        "  While no socket of bob's is open, a message goes to his phone: see the phones.",
    ]


def say(talk: Conversation, lines: Sequence[tuple[User, str]], *, now: datetime) -> None:
    """An hour apart, the last a moment ago; whoever speaks has read what was said before."""
    for number, (speaker, text) in enumerate(lines, start=1):
        at = now - timedelta(hours=len(lines) - number, minutes=1)
        sent = messages.send_message(Draft(speaker.pk, uuid7(), talk.pk, text), now=at)
        receipts.mark_read(speaker, talk.pk, sent.seq, now=at)


def conversation_of(*emails: str) -> Conversation:
    """The first these people had."""
    found = Conversation.objects.order_by("pk")
    for email in emails:
        found = found.filter(participants__user__email=email)
    return found[0]
