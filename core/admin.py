"""What the pages of all apps have in common: some are only looked at, some have buttons, some call services."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AllValuesFieldListFilter
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST
from unfold import widgets
from unfold.admin import ModelAdmin as ThemedModelAdmin
from unfold.admin import StackedInline
from unfold.admin import TabularInline as ThemedTabularInline
from unfold.forms import PaginationInlineFormSet

from core.errors import DomainError
from core.unit import unit

__all__ = [
    "Buttons",
    "FirstInline",
    "ModelAdmin",
    "Operated",
    "ReadOnly",
    "ReadOnlyInline",
    "RecentValuesFilter",
    "ServiceAdmin",
    "StackedInline",
    "TabularInline",
]

SHOWN = 200
MOST = 10_000  # rows that can be paged through: who looks for an older one filters


class UncountedPages(Paginator):
    """Counts no further than anybody pages: a table may have millions of rows."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        found: int = rows.order_by().values("pk")[:MOST].count()
        return found


class RecentValuesFilter(AllValuesFieldListFilter):
    """Those of the newest rows: to look for all there are would be to read the table."""

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: Any, model_admin: Any, field_path: str
    ) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        newest = model._default_manager.order_by("-pk").values_list(self.field_path, flat=True)[:MOST]
        self.lookup_choices: Any = sorted(set(newest))


# The theme dresses the fields of models; those that a form declares itself come as Django has them.
WIDGETS: dict[type[forms.Widget], type[Any]] = {
    forms.CheckboxInput: widgets.UnfoldBooleanSwitchWidget,
    forms.EmailInput: widgets.UnfoldAdminEmailInputWidget,
    forms.NumberInput: widgets.UnfoldAdminIntegerFieldWidget,
    forms.Select: widgets.UnfoldAdminSelectWidget,
    forms.Textarea: widgets.UnfoldAdminTextareaWidget,
    forms.TextInput: widgets.UnfoldAdminTextInputWidget,
}


class ModelAdmin(ThemedModelAdmin):
    """The base of all: the theme, and what we have decided of it."""

    warn_unsaved_form = True
    formfield_overrides = {ManyToManyField: {"widget": widgets.UnfoldAdminCheckboxSelectMultipleWidget}}
    paginator = UncountedPages
    show_full_result_count = False

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm]:
        form: type[forms.ModelForm] = super().get_form(request, *args, **kwargs)
        for field in form.base_fields.values():
            if themed := WIDGETS.get(type(field.widget)):
                field.widget = _dressed(field, themed)
        return form


def _dressed(field: forms.Field, themed: type[Any]) -> forms.Widget:
    widget: forms.Widget = themed(attrs={**themed().attrs, **field.widget.attrs})
    widget.is_required = field.widget.is_required
    if isinstance(widget, forms.Select):
        widget.choices = field.widget.choices
    return widget


class ReadOnly(ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Buttons(ModelAdmin):
    """Actions that call services, for those who may change what they are about."""

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename('change', self.opts)}")

    def press(self, request: HttpRequest, things: Iterable[Any], verb: Callable[[Any], object], done: str) -> None:
        """Each stands or falls alone; a refusal is shown with the thing it is about."""
        succeeded = 0
        for thing in things:
            try:
                verb(thing)
            except DomainError as refusal:
                self.message_user(request, f"{thing}: {refusal.message}", messages.ERROR)
            else:
                self.log_change(request, thing, done)
                succeeded += 1
        if succeeded:
            self.message_user(request, f"{done} ({succeeded}).")

    def button(self, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        """A path that takes a POST of those who may operate."""

        def press(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not self.has_operate_permission(request):
                raise PermissionDenied
            return view(request, **kwargs)

        return path(route, self.admin_site.admin_view(require_POST(press)), name=f"{self.opts.app_label}_{name}")


class Operated(Buttons, ReadOnly):
    """What is looked at, and changed by buttons only."""


class TabularInline(ThemedTabularInline):
    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """The heading of a column is not the name of a field, for who cannot see that it stands below."""
        field: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.widget.attrs.setdefault("aria-label", str(field.label))
        return field


class ReadOnlyInline(TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FirstOfThem(PaginationInlineFormSet):
    """There may be thousands."""

    def get_queryset(self) -> QuerySet[Any]:
        if not hasattr(self, "_first"):
            self._first = super().get_queryset()[:SHOWN]
        return self._first


class FirstInline(ReadOnlyInline):
    formset = FirstOfThem
    ordering = ["pk"]


class ServiceAdmin(ModelAdmin):
    """For forms that call services. Django opens a transaction for all of a form; a unit that began inside it would be
    the second to wait for SQLite, and wait in vain. What a service refuses is said on the form.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        try:
            with unit():
                return super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
