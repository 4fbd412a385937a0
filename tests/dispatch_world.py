"""What hands are asked to do to a deployment with damage reports: its people, and what each of them does."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.migrations import RemoveConstraint
from django.db.migrations.state import ProjectState
from django.db.models import Count
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from accounts.models import User
from core.errors import refuse
from core.unit import unit
from dispatch import (
    ceasing,
    deadlines,
    distribution,
    eligibility,
    events,
    matching,
    messages,
    newcomers,
    parting,
    selectors,
    tasks,
)
from dispatch.errors import ReportAssigned
from dispatch.models import DamageReport, Estimate, EstimateRequest, Professional, Skill
from dispatch.services import estimates, professionals, reports, requests
from notifications.messages import notify
from notifications.models import Delivery, Notice
from notifications.trees import FCM
from realtime.publishing import publish
from tests.factories.dispatch import CIVIC, KINGSTON, OFFER

URGENT = DamageReport.Priority.URGENT
STEP = 0.0005  # degrees: about fifty metres
FAR = {"latitude": KINGSTON["latitude"] + 3}
SKILLS = ["mechanics", "painters"]

Status = DamageReport.Status

# Its people


def owner() -> str:
    return str(User.objects.create(email=f"{uuid7().hex}@owner.test", full_name="Owner").pk)


def settle(count: int) -> list[str]:
    """New professionals who can do everything, one farther from the middle of Kingston than the other: their users."""
    users = User.objects.bulk_create(User(email=f"{uuid7().hex}@garage.test", full_name="Garage") for _ in range(count))
    register([user.pk for user in users])
    return [str(user.pk) for user in users]


def register(users: Sequence[UUID]) -> None:
    """They are approved professionals from now on."""
    terms = {"longitude": KINGSTON["longitude"], "radius_km": 100, "most_open": 1000, "is_approved": True}
    garages = Professional.objects.bulk_create(
        Professional(user_id=user, business_name=f"Garage {n}", latitude=KINGSTON["latitude"] + n * STEP, **terms)
        for n, user in enumerate(users)
    )
    knows = Professional.skills.through
    knows.objects.bulk_create(knows(professional=one, skill=skill) for one in garages for skill in _skills())


def settle_out_of_reach(count: int) -> list[str]:
    """As many again of whom a third does not work, a third lives far away and a third has much to learn."""
    users = settle(count)
    Professional.objects.filter(pk__in=users[0::3]).update(is_available=False)
    Professional.objects.filter(pk__in=users[1::3]).update(**FAR)
    Professional.skills.through.objects.filter(professional__in=users[2::3]).delete()
    return users


# Its reports


def open_report(owner_id: UUID, priority: str = URGENT) -> str:
    """One for which a mechanic is needed. Nobody is asked yet."""
    facts = {**CIVIC, "priority": priority, "skills": _skills()[:1]}
    return str(reports.open_report(User.objects.get(pk=owner_id), **facts, now=now()).pk)


def handed_out(owner_id: UUID) -> str:
    """One about which all have been asked, and told."""
    report_id = open_report(owner_id)
    go_on(UUID(report_id))
    return report_id


def open_with_estimates(users: Sequence[UUID]) -> str:
    """A new owner's, with an estimate of each of these: as if they had all been sent in one unit."""
    report = _report(UUID(handed_out(UUID(owner()))))
    of_all = {"report": report, "currency": report.currency, "generation": report.generation, "submitted_at": now()}
    sent = [Estimate(professional_id=user_id, professional_name="Garage", **OFFER, **of_all) for user_id in users]
    answered = report.requests.filter(professional__in=users)
    with unit():
        Estimate.objects.bulk_create(sent)
        answered.update(status=EstimateRequest.Status.ANSWERED, seen_at=now(), answered_at=now())
        publish(*(events.estimate_submitted(one) for one in sent), events.report_answered(report))
        publish(*(events.request_answered(report, user_id) for user_id in users))
        ceasing.take_back(report, users)
        notify(*(messages.estimate_received(one) for one in sent))
    return str(report.pk)


def estimates_of(report_id: UUID) -> list[dict[str, str]]:
    """In the order in which they were sent."""
    found = Estimate.objects.filter(report=report_id).order_by("submitted_at", "pk")
    return [
        {"id": str(one.pk), "user": str(one.professional_id), "status": one.status, "because": one.declined_because}
        for one in found
    ]


def status_of(report_id: UUID) -> str:
    return DamageReport.objects.get(pk=report_id).status


def owner_of(report_id: UUID) -> str:
    return str(DamageReport.objects.get(pk=report_id).owner_id)


def asked_of(report_id: UUID) -> dict[str, int]:
    """How many were asked, and for which reason."""
    found = EstimateRequest.objects.filter(report=report_id)
    return dict(Counter(found.values_list("reason", flat=True)))


def left_out(report_id: UUID) -> list[str]:
    """Who fits and was never asked."""
    report = DamageReport.objects.get(pk=report_id)
    others = Professional.objects.exclude(requests__report=report).select_related("user")
    return [str(one.professional.pk) for one in eligibility.judge(report, others, now()) if not one.reasons]


def progress(report_id: UUID) -> dict[str, int]:
    found = EstimateRequest.objects.filter(report=report_id)
    return found.aggregate(asked=Count("pk"), told=Count("told_at"), prompted=Count("prompted_at"))


def pushes_under_way() -> int:
    return Delivery.objects.active().filter(channel=FCM).count() + Notice.objects.filter(planned_at=None).count()


# What is done to a report


def go_on(report_id: UUID) -> None:
    distribution.go_on(report_id, now())


def go_on_everywhere() -> None:
    distribution.go_on_everywhere(now())


def let_half_of_the_time_pass(report_id: UUID) -> None:
    EstimateRequest.objects.filter(report=report_id).update(prompt_at=now())


def ring_the_sweeps() -> None:
    """As beat does every few seconds."""
    tasks.go_on_everywhere.delay()
    tasks.keep_deadlines.delay()


def redistribute(report_id: UUID) -> None:
    reports.redistribute(_report(report_id), now=now())
    go_on(report_id)


def revise(report_id: UUID, number: int) -> None:
    """Now this is needed, now that, and the car is somewhere else."""
    changed = {"skills": _skills()[number % 2 :], "longitude": KINGSTON["longitude"] + number * STEP}
    reports.revise_report(_report(report_id), **changed, vehicle_model=f"Civic {number}", now=now())
    go_on(report_id)


def remind(report_id: UUID) -> None:
    """By a clock that runs ahead: half of everybody's time is over."""
    while deadlines.prompt(report_id, now() + timedelta(hours=2)):
        pass


def part_everywhere() -> None:
    parting.part_everywhere(now())


def cancel(report_id: UUID) -> str:
    return reports.cancel_report(_report(report_id), now=now()).status


def expire(report_id: UUID) -> str:
    """As the sweep does with a report that has been open for too long."""
    deadlines.expire(report_id, _long_ahead())
    return status_of(report_id)


def accept(estimate_id: UUID) -> str:
    return estimates.accept_estimate(_estimate(estimate_id), now=now()).status


def accept_any(report_id: UUID) -> str:
    """Or the same again."""
    wanted = [Estimate.Status.PENDING, Estimate.Status.ACCEPTED]
    return accept(Estimate.objects.filter(report=report_id, status__in=wanted).earliest("pk").pk)


def decline(estimate_id: UUID) -> str:
    return estimates.decline_estimate(_estimate(estimate_id), now=now()).status


def accept_in_silence(report_id: UUID) -> None:
    """How it must not be done: nobody is told, and everything else goes on."""
    first = Estimate.objects.pending().filter(report=report_id).earliest("pk")
    Estimate.objects.filter(pk=first.pk).update(status=Estimate.Status.ACCEPTED)
    DamageReport.objects.filter(pk=report_id).update(status=Status.IN_PROGRESS)


# What professionals do


def submit(user_id: UUID, report_id: UUID) -> str:
    estimate = estimates.submit_estimate(_request(user_id, report_id), **OFFER, now=now())
    return str(estimate.pk)


def withdraw(estimate_id: UUID) -> str:
    return estimates.withdraw_estimate(_estimate(estimate_id), now=now()).status


def answer_and_think_better_of_it(user_id: UUID, report_id: UUID) -> None:
    withdraw(UUID(submit(user_id, report_id)))


def look(user_id: UUID, report_id: UUID) -> str:
    return requests.see_request(_request(user_id, report_id), now=now()).status


def say_no(user_id: UUID, report_id: UUID) -> str:
    return requests.decline_request(_request(user_id, report_id), now=now()).status


def go_and_come(user_id: UUID) -> None:
    """To and from work."""
    for is_available in (False, True):
        professionals.set_availability(_professional(user_id), is_available=is_available)
        newcomers.consider(user_id, now())


def move(user_id: UUID) -> None:
    """Away, and into town."""
    for place in (FAR, KINGSTON):
        professionals.revise_profile(_professional(user_id), **place)
        newcomers.consider(user_id, now())


def learn(user_id: UUID) -> None:
    """What she has forgotten."""
    for skills in ([], _skills()):
        professionals.revise_profile(_professional(user_id), skills=skills)
        newcomers.consider(user_id, now())


# How it must not be done: look, then write what was seen, with nothing in between that makes others wait


def ask_after_a_look(report_id: UUID) -> None:
    report = _report(report_id)
    verdicts = eligibility.judge(report, matching.candidates(report, now()), now())
    time.sleep(0.2)  # as long as a query may take
    with unit():
        distribution.ask(report, [one for one in verdicts if not one.reasons], EstimateRequest.Reason.NEAR, now())


def accept_after_a_look(estimate_id: UUID) -> str:
    estimate = _estimate(estimate_id)
    refuse(ReportAssigned, unless=estimate.report.is_pending and estimate.status == Estimate.Status.PENDING)
    time.sleep(0.2)
    accepted = {"status": Estimate.Status.ACCEPTED, "declined_because": "", "decided_at": now()}
    with unit():
        DamageReport.objects.filter(pk=estimate.report_id).update(status=Status.IN_PROGRESS, accepted_at=now())
        Estimate.objects.filter(pk=estimate.pk).update(**accepted)
        ceasing.cease(estimate.report, Estimate.Because.RIVAL, now())
    return Estimate.Status.ACCEPTED


def drop_guard(model: str, constraint: str) -> None:
    """It would stop the second of two by itself. Removed as a migration does: SQLite knows no other way."""
    removal = RemoveConstraint(model, constraint)
    before = ProjectState.from_apps(apps)
    after = before.clone()
    removal.state_forwards("dispatch", after)
    with connection.schema_editor() as editor:
        removal.database_forwards("dispatch", editor, before, after)


def _skills() -> list[Skill]:
    return list(Skill.objects.filter(pk__in=SKILLS).order_by("pk"))


def _report(report_id: UUID) -> DamageReport:
    return selectors.report(report_id)


def _estimate(estimate_id: UUID) -> Estimate:
    return selectors.estimates().get(pk=estimate_id)


def _professional(user_id: UUID) -> Professional:
    return Professional.objects.get(pk=user_id)


def _request(user_id: UUID, report_id: UUID) -> EstimateRequest:
    return selectors.request_of(User.objects.get(pk=user_id), report_id)


def _long_ahead() -> datetime:
    return now() + timedelta(days=10)
