from dispatch.models.estimates import Estimate, EstimateQuerySet, Review
from dispatch.models.photos import Photo
from dispatch.models.professionals import Block, Professional, ProfessionalQuerySet, Skill
from dispatch.models.reports import DamageReport, ReportQuerySet
from dispatch.models.requests import EstimateRequest, PassedOver, RequestQuerySet

__all__ = [
    "Block",
    "DamageReport",
    "Estimate",
    "EstimateQuerySet",
    "EstimateRequest",
    "PassedOver",
    "Photo",
    "Professional",
    "ProfessionalQuerySet",
    "ReportQuerySet",
    "RequestQuerySet",
    "Review",
    "Skill",
]
