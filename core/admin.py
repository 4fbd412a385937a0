from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from core.unit import unit


class ServiceAdmin(admin.ModelAdmin):
    """For forms that call services. Django opens a transaction for all of a form; a unit that began inside it would be
    the second to wait for SQLite, and wait in vain.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with unit():
            return super().changeform_view(request, *args, **kwargs)
