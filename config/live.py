"""The live pages of the installed apps: one view for all of them, since they differ in their template only."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from django.views.i18n import set_language

from accounts import browsers, services
from accounts.forms import LoginForm
from accounts.models import User
from core.pages import Page
from core.wiring import hooks

signed_in = login_required(login_url=reverse_lazy("live-sign-in"))

# Of the frame that all pages have.
TEXTS = {
    "connecting": _("Connecting …"),
    "catching_up": _("Catching up …"),
    "live": _("Live"),
    "stale": _("Not connected. Shown is what was known at {time}."),
    "kept": _("Not connected. Shown is what this device has kept."),
    "stopped": _("Signed out. Sign in again to go on."),
    "waiting": _("{count} waiting to be sent"),
    "unavailable": _("Not available now."),
    "refused": _("That did not work: {message}"),
    "too_late": _("Too late: that was possible until {time}."),
    "yes": _("Yes"),
}


class SignIn(LoginView):
    form_class = LoginForm
    template_name = "live/sign_in.html"
    next_page = reverse_lazy("live")

    def form_valid(self, form: LoginForm) -> HttpResponse:
        response = super().form_valid(form)
        device = self.request.headers.get("User-Agent", "")
        browsers.open_session(self.request.session, form.get_user(), device=device, now=timezone.now())
        return response


class SignOut(LogoutView):
    next_page = reverse_lazy("live-sign-in")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        browsers.end_session(request.session, request.user)
        return super().post(request, *args, **kwargs)


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The first page that is for her."""
    found = pages_of(request.user)
    if not found:
        raise Http404
    return redirect("live-page", found[0].path)


@signed_in
def page(request: HttpRequest, path: str) -> HttpResponse:
    """One that is not for her does not exist."""
    found = pages_of(request.user)
    shown = next((one for one in found if one.path == path), None)
    if shown is None:
        raise Http404
    return TemplateResponse(request, shown.template, context(shown, found))


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Of the pages; and, of who is signed in, of what she is told."""
    language = request.POST.get("language")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        services.edit_profile(request.user, locale=language)
    return set_language(request)


def pages_of(user: User) -> Sequence[Page]:
    return sorted((one for one in hooks("PAGES") if one.is_for(user)), key=lambda page: page.place)


def context(shown: Page, pages: Sequence[Page]) -> dict[str, Any]:
    texts = {name: str(text) for name, text in (TEXTS | dict(shown.texts)).items()}
    return {"page": shown, "pages": pages, "texts": texts}


urlpatterns = [
    path("", home, name="live"),
    path("sign-in", SignIn.as_view(), name="live-sign-in"),
    path("sign-out", SignOut.as_view(), name="live-sign-out"),
    path("language", choose_language, name="live-language"),
    path("worker.js", TemplateView.as_view(template_name="live/worker.js", content_type="text/javascript")),
    path("<path:path>", page, name="live-page"),
]
