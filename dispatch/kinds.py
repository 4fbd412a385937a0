"""How reports, requests and estimates look in the views of their readers."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects

from dispatch import selectors
from dispatch.models import Estimate, EstimateRequest
from dispatch.serializers import AskedReportOut, EstimateOut, OwnRequestOut, ReportOut
from realtime.kinds import Key, Kind, Reader


def owned_reports(keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    return {str(report.pk): ReportOut(report).data for report in selectors.reports().filter(pk__in=keys)}


def owners(readers: Collection[Reader]) -> dict[Reader, Mapping[str, Any]]:
    """Nobody else sees a report in this form."""
    reports = selectors.reports().filter(pk__in={key for key, _ in readers})
    hers = {(str(pk), owner) for pk, owner in reports.values_list("pk", "owner_id")}
    return {reader: {} for reader in readers if reader in hers}


def asked_reports(keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    return {str(report.pk): AskedReportOut(report).data for report in selectors.reports().filter(pk__in=keys)}


def own_requests(readers: Collection[Reader]) -> dict[Reader, Mapping[str, Any]]:
    wanted = set(readers)
    found: QuerySet[EstimateRequest] = EstimateRequest.objects.filter(
        report__in={key for key, _ in wanted}, professional__in={user_id for _, user_id in wanted}
    )
    requests = list(selectors.with_jobs(found))
    prefetch_related_objects([request for request in requests if request.has_job], "report")
    shown = OwnRequestOut(requests, many=True).data  # by one serializer: a unit may render thousands
    hers = {(str(one.report_id), one.professional_id): data for one, data in zip(requests, shown, strict=True)}
    return {reader: data for reader, data in hers.items() if reader in wanted}


def estimates(keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    return {str(estimate.pk): EstimateOut(estimate).data for estimate in selectors.estimates().filter(pk__in=keys)}


def both_sides(readers: Collection[Reader]) -> dict[Reader, Mapping[str, Any]]:
    found = Estimate.objects.filter(pk__in={key for key, _ in readers})
    sides = found.values_list("pk", "professional_id", "report__owner_id")
    theirs = {(str(pk), side) for pk, *both in sides for side in both}
    return {reader: {} for reader in readers if reader in theirs}


REPORT = Kind(render=owned_reports, own=owners, keys_of=selectors.recent_reports, rank=30, is_windowed=True)
REQUEST = Kind(render=asked_reports, own=own_requests, keys_of=selectors.recent_requests, rank=20, is_windowed=True)
ESTIMATE = Kind(render=estimates, own=both_sides, keys_of=selectors.recent_estimates, rank=40, is_windowed=True)
