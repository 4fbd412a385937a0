from typing import Any

from accounts.models import User
from dispatch import selectors
from dispatch.models import Photo, Professional, Review
from dispatch.serializers import BlockOut, EstimateOut, PhotoOut, ProfileOut, ReportOut, RequestOut


def dispatch(user: User) -> dict[str, Any]:
    """As an owner and, where she is one, as a professional."""
    reports = selectors.reports().filter(owner=user).order_by("created_at", "pk")
    reviews = Review.objects.filter(report__owner=user)
    photos = Photo.objects.filter(uploader=user).order_by("created_at", "pk")
    professional = Professional.objects.filter(user=user).first()
    return {
        "reports": ReportOut(reports, many=True).data,
        "reviews": list(reviews.order_by("pk").values("report_id", "rating", "comment", "created_at")),
        "photos": PhotoOut(photos, many=True).data,
        "blocks": BlockOut(selectors.blocks_of(user).order_by("created_at", "pk"), many=True).data,
        "professional": _professional(professional) if professional else None,
    }


def _professional(professional: Professional) -> dict[str, Any]:
    user = professional.user
    estimates = selectors.estimates().filter(professional=professional)
    return {
        "profile": ProfileOut(professional).data,
        "requests": RequestOut(selectors.requests_of(user).order_by("asked_at", "pk"), many=True).data,
        "estimates": EstimateOut(estimates.order_by("submitted_at", "pk"), many=True).data,
    }
