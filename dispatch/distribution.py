"""Whom a report goes to: the best of those near it, wave after wave, in rings that widen.

The queue is in the rows. Who was asked or passed over is written down, so whoever is left is who to look at next; who
was asked and not yet told is who to tell. So each step may be repeated, and another process may go on where one has
died. All steps are taken under the report's lock: nobody is asked twice, and nobody after an estimate was accepted.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from core.bulk import insert
from core.sweeping import each
from core.unit import unit
from dispatch import events, matching, messages
from dispatch.boards import touch_report
from dispatch.conf import WIDEST, limits, policy_of
from dispatch.eligibility import Verdict, judge
from dispatch.geo import distance_km, rough_km
from dispatch.models import DamageReport, EstimateRequest, PassedOver
from notifications.messages import Message, notify
from realtime.publishing import publish

Reason = EstimateRequest.Reason
Saying = Callable[[DamageReport, Collection[UUID]], Message]


def go_on_everywhere(now: datetime) -> None:
    """Rings that were lost, waves that are due, and steps that somebody died over."""
    untold = Exists(EstimateRequest.objects.unanswered().filter(report=OuterRef("pk"), told_at=None))
    due = DamageReport.objects.pending().filter(Q(look_at__lte=now) | untold, expires_at__gt=now)
    each(due.most_urgent_first().values_list("pk", flat=True), partial(go_on, now=now))


def go_on(report_id: UUID, now: datetime) -> None:
    """Ask all whose turn it is, so that their programs know; then tell them in words."""
    while _ask_next_wave(report_id, now):
        pass
    tell(report_id, Q(told_at=None), "told_at", messages.new_report, now)


def tell(report_id: UUID, due: Q, mark: str, say: Saying, now: datetime) -> None:
    """All who have not answered and are `due`, a lot in a unit; `mark` is the column that remembers it."""
    while _tell_next_lot(report_id, due, mark, say, now):
        pass


def locked(report_id: UUID) -> DamageReport:
    return DamageReport.objects.select_for_update(no_key=True).get(pk=report_id)


def ask(report: DamageReport, fitting: Sequence[Verdict], reason: Reason, now: datetime) -> None:
    """Under the report's lock, and only those who fit."""
    if not fitting:
        return
    deadline = report.answer_by if report.answer_by > now else report.expires_at
    terms = {"reason": reason, "wave": report.wave, "asked_at": now, "prompt_at": halfway(now, deadline)}
    insert(
        [
            EstimateRequest(
                report=report,
                professional=one.professional,
                distance_km=one.distance_km,
                rough_km=rough_km(report.point, seen_from=one.professional.point),
                **terms,
            )
            for one in fitting
        ]
    )
    professionals = [one.professional.pk for one in fitting]
    PassedOver.objects.filter(report=report, professional__in=professionals).delete()
    publish(events.estimate_requested(report, professionals), events.report_distributed(report))
    touch_report(report)


def pass_over(report: DamageReport, verdicts: Iterable[Verdict], now: datetime) -> None:
    PassedOver.objects.bulk_create(
        [
            PassedOver(
                report=report,
                professional=one.professional,
                reasons=one.reasons,
                look_again_at=one.look_again_at,
                at=now,
            )
            for one in verdicts
        ],
        update_conflicts=True,
        unique_fields=["report", "professional"],
        update_fields=["reasons", "look_again_at", "at"],
    )


def measure_anew(report: DamageReport) -> None:
    """The vehicle is elsewhere now, nearer to some who were asked and farther from others."""
    requests = list(report.requests.select_related("professional"))
    for request in requests:
        request.distance_km = distance_km(report.point, request.professional.point)
        request.rough_km = rough_km(report.point, seen_from=request.professional.point)
    EstimateRequest.objects.bulk_update(requests, ["distance_km", "rough_km"], batch_size=limits.lot)


def has_enough(report: DamageReport) -> bool:
    """To choose from: nobody new is bothered."""
    return report.estimates.pending().count() >= limits.enough_estimates


def widen(report: DamageReport, now: datetime) -> None:
    """Look farther away, and give those who are found there as long as the first had."""
    answer_by = now + policy_of(report).answer_within
    expires_at = max(report.expires_at, time_to_decide(answer_by))
    _update(report, ring=report.ring + 1, look_at=now, answer_by=answer_by, expires_at=expires_at)


def halfway(now: datetime, deadline: datetime) -> datetime:
    return now + (deadline - now) / 2


def time_to_decide(answer_by: datetime) -> datetime:
    return answer_by + timedelta(hours=limits.decide_hours)


@unit
def _ask_next_wave(report_id: UUID, now: datetime) -> bool:
    """True when more may be asked at once."""
    report = locked(report_id)
    if not report.takes_answers(now) or report.look_at > now:
        return False
    if has_enough(report):
        _update(report, look_at=now + timedelta(seconds=limits.look_again_seconds))
        return False
    fitting, is_spent = _choose(report, policy_of(report).wave, now)
    if fitting:
        report.wave += 1
        ask(report, fitting, Reason.NEAR, now)
    if not is_spent:
        wait = policy_of(report).pause
    elif report.ring < WIDEST and report.requests.count() < limits.at_least:
        report.ring += 1
        wait = timedelta()
    else:
        wait = timedelta(seconds=limits.look_again_seconds)
    _update(report, wave=report.wave, ring=report.ring, look_at=now + wait)
    return not wait


def _choose(report: DamageReport, room: int, now: datetime) -> tuple[list[Verdict], bool]:
    """The best who fit, as many as there is room for, and whether nobody else is left in the ring."""
    fitting: dict[UUID, Verdict] = {}
    while len(fitting) < room:
        # Those who are passed over drop out of the candidates; those who fit are still the first of them, or are seen
        # once more, where somebody better has come between.
        lot = list(matching.candidates(report, now)[len(fitting) :][: limits.lot])
        verdicts = judge(report, lot, now)
        pass_over(report, (one for one in verdicts if one.reasons), now)
        fitting |= {one.professional.pk: one for one in verdicts if not one.reasons}
        if len(lot) < limits.lot:
            return list(fitting.values())[:room], len(fitting) <= room
    return list(fitting.values())[:room], False


@unit
def _tell_next_lot(report_id: UUID, due: Q, mark: str, say: Saying, now: datetime) -> bool:
    report = locked(report_id)
    untold = report.requests.unanswered().filter(due).order_by("pk")
    lot = dict(untold.values_list("pk", "professional_id")[: limits.lot])
    if not lot:
        return False
    report.requests.unanswered().filter(pk__in=lot).update(**{mark: now})
    notify(say(report, lot.values()))
    return True


def _update(report: DamageReport, **changes: object) -> None:
    DamageReport.objects.pending().filter(pk=report.pk).update(**changes)
    for name, value in changes.items():
        setattr(report, name, value)
