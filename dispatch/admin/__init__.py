from dispatch.admin.people import BlockAdmin, ProfessionalAdmin, SkillAdmin
from dispatch.admin.reports import DamageReportAdmin
from dispatch.admin.rows import EstimateAdmin, EstimateRequestAdmin, PassedOverAdmin, ReviewAdmin

__all__ = [
    "BlockAdmin",
    "DamageReportAdmin",
    "EstimateAdmin",
    "EstimateRequestAdmin",
    "PassedOverAdmin",
    "ProfessionalAdmin",
    "ReviewAdmin",
    "SkillAdmin",
]
