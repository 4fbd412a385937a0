"""What hands are asked about a deployment with some of the domains: which pages it has, and who may open them."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from accounts.demo import NAMES
from accounts.models import User
from core.wiring import declared, hooks


def operators_pages() -> list[str]:
    """The index, every list and every dashboard."""
    models = [model._meta for model in site._registry]
    lists = [reverse(f"admin:{model.app_label}_{model.model_name}_changelist") for model in models]
    dashboards = [reverse("admin:dashboard", args=[name]) for name in declared("DASHBOARDS")]
    return [reverse("admin:index"), *lists, *dashboards]


def live_pages() -> list[tuple[str, str]]:
    """Each with somebody of the demo world whom it is for."""
    people = [User.objects.get(email=f"{name}@demo.test") for name in [*NAMES, "admin"]]
    return [
        (f"/live/{page.path}", next((user.email for user in people if page.is_for(user)), ""))
        for page in hooks("PAGES")
    ]


def live_paths(domain: str) -> list[str]:
    """Of a domain, whether it is installed here or not."""
    return [page.path for page in getattr(import_module(f"{domain}.wiring"), "PAGES", ())]


def session_of(email: str) -> str:
    """A browser's, in which somebody has signed in."""
    user, session = User.objects.get(email=email), SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    key: Any = session.session_key
    return str(key)
