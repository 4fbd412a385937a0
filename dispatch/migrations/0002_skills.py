from typing import Any

from django.db import migrations

SKILLS = {
    "mechanics": "Mechanics",
    "plumbers": "Plumbers",
    "electricians": "Electricians",
    "carpenters": "Carpenters",
    "cleaners": "Cleaners",
    "landscapers": "Landscapers",
    "painters": "Painters",
    "technicians": "Technicians",
    "appliance_repair": "Appliance repair",
    "masons_builders": "Masons and builders",
    "roofers": "Roofers",
    "welders_metalworkers": "Welders and metalworkers",
    "hvac_specialists": "Heating, ventilation and air conditioning",
    "glass_windows": "Glass and windows",
    "it_support": "IT support",
    "security_systems": "Security systems",
    "pest_control": "Pest control",
    "movers_hauling": "Movers and hauling",
    "hairdressers_barbers": "Hairdressers and barbers",
    "makeup_artists": "Makeup artists",
    "nail_technicians": "Nail technicians",
    "lash_technicians": "Lash technicians",
}


def add(apps: Any, schema_editor: Any) -> None:
    """Those that seed 000's app knows. Operators add others."""
    skill = apps.get_model("dispatch", "Skill")
    skill.objects.bulk_create([skill(code=code, title=title) for code, title in SKILLS.items()], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
