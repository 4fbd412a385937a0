"""What is true of damage reports, whatever was done in whatever order; and what everybody was told of one."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from dispatch import messages
from dispatch.models import DamageReport, Estimate, EstimateRequest, PassedOver
from notifications.models import Notice
from realtime.models import Entry

NEW_REPORT = "New Damage Report Available"
REMINDER = "Submit Estimate Request"

Status = DamageReport.Status
Request = EstimateRequest.Status

# How many of its estimates may be accepted: else none.
ACCEPTED = {Status.IN_PROGRESS: {1}, Status.COMPLETED: {1}, Status.CANCELLED: {0, 1}}


def stories_of(report_id: UUID) -> dict[str, dict[str, list[str]]]:
    """Of everybody who was told anything about it: what her stream says, and what is in her inbox."""
    stories: defaultdict[str, dict[str, list[str]]] = defaultdict(lambda: {"heard": [], "told": []})
    report = DamageReport.objects.get(pk=report_id)
    keys = [str(report_id), *map(str, report.estimates.values_list("pk", flat=True))]
    entries = Entry.objects.filter(event__key__in=keys).order_by("user_id", "offset")
    for user_id, name in entries.values_list("user_id", "event__name"):
        stories[str(user_id)]["heard"].append(name.removeprefix("dispatch."))
    for user_id, title in _notices(report).listed().order_by("pk").values_list("recipient", "title"):
        stories[str(user_id)]["told"].append(title)
    return stories


def breaches() -> list[str]:
    """Whatever was done in whatever order: nothing."""
    found = DamageReport.objects.order_by("pk")
    return [f"{report.pk}: {problem}" for report in found for problem in (*_breaches(report), *_asking(report))]


def _breaches(report: DamageReport) -> list[str]:
    accepted = report.estimates.filter(status=Estimate.Status.ACCEPTED).count()
    standing = set(report.estimates.standing().values_list("professional_id", flat=True))
    by_status: defaultdict[str, set[UUID]] = defaultdict(set)
    for user_id, status in report.requests.values_list("professional_id", "status"):
        by_status[status].add(user_id)
    unanswered = by_status[Request.NOTIFIED] | by_status[Request.SEEN]
    laws = {
        f"{report.status} with {accepted} accepted": accepted in ACCEPTED.get(Status(report.status), {0}),
        "only a pending report waits for answers": report.is_pending or not unanswered,
        "only a pending report has a choice": report.is_pending or not report.estimates.pending().exists(),
        "who has answered has an estimate": by_status[Request.ANSWERED] <= standing,
        "who has an estimate has answered": standing <= by_status[Request.ANSWERED] | by_status[Request.CEASED],
        "a choice is only between those who answered": {
            *report.estimates.pending().values_list("professional", flat=True)
        }
        <= by_status[Request.ANSWERED],
        "whom it passed over it did not ask": not PassedOver.objects.filter(
            report=report, professional__in=report.requests.values("professional")
        ).exists(),
        "it has been accepted at some time": (report.accepted_at is not None) == bool(accepted),
        "it is closed at some time": (report.closed_at is not None)
        == (report.status in (Status.COMPLETED, Status.CANCELLED, Status.EXPIRED)),
    }
    return [law for law, holds in laws.items() if not holds]


def _asking(report: DamageReport) -> Iterator[str]:
    """Everybody is asked once, hears of it once, and reads it once in each of two ways."""
    asked = Counter(report.requests.values_list("professional_id", flat=True))
    heard = _count_heard("dispatch.estimate_requested", report)
    told, prompted = (_notices(report).filter(title=title) for title in (NEW_REPORT, REMINDER))
    counts = {"asked": asked, "heard": heard, "told": _recipients(told), "prompted": _recipients(prompted)}
    for verb, of_each in counts.items():
        yield from (f"{user_id} was {verb} {times} times" for user_id, times in of_each.items() if times > 1)
    rows = report.requests.values_list("professional_id", "told_at", "prompted_at", "status")
    was_told = {user_id for user_id, told_at, _, _ in rows if told_at}
    was_prompted = {user_id for user_id, _, prompted_at, _ in rows if prompted_at}
    waits = {user_id for user_id, *_, status in rows if status in EstimateRequest.UNANSWERED}
    asks = _notices(report).listed().filter(kind__in=messages.ASKING)
    laws = {
        "who was asked has heard of it": heard.keys() == asked.keys(),
        "who was told reads so": counts["told"].keys() == was_told,
        "who was prompted reads so": counts["prompted"].keys() <= was_prompted,
        "only who may answer, or be chosen, is still asked to": {*asks.values_list("recipient", flat=True)}
        <= waits | {*report.estimates.pending().values_list("professional_id", flat=True)},
    }
    yield from (law for law, holds in laws.items() if not holds)


def _count_heard(name: str, report: DamageReport) -> Counter[UUID]:
    return Counter(Entry.objects.filter(event__name=name, event__key=str(report.pk)).values_list("user_id", flat=True))


def _notices(report: DamageReport) -> QuerySet[Notice]:
    """Also those that were taken back."""
    return Notice.objects.filter(subject_kind=messages.subject(report)[0], subject_key=str(report.pk))


def _recipients(notices: QuerySet[Notice]) -> Counter[UUID]:
    return Counter(notices.values_list("recipient_id", flat=True))
