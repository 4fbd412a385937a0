from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.models import Group

from core.admin import ModelAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(StockGroupAdmin, ModelAdmin):
    """Roles are among them: `manage.py roles` sets those right again."""

    filter_horizontal = []  # a box for each, as elsewhere
