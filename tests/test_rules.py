"""Rules of the house that no linter knows."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin import site
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from accounts.machines import SignedAuthentication
from core.admin import ServiceAdmin
from core.wiring import declared

ROOT = Path(__file__).resolve().parent.parent
APPS = [*settings.OURS[:-1], "config"]
MODULES = [path for app in APPS if "." not in app for path in sorted((ROOT / app).rglob("*.py"))]
NATIVE_POSTS_WITHOUT_A_KEY = {
    "Intent",  # the same intent however often it is asked for
    "Refresh",  # it asks and changes nothing of its own
    "ConfirmPayment",  # likewise
    "ConfirmSeedsPayment",
    "Commands",  # each command in it has an id of its own
    "Photos",  # one that is uploaded twice is removed, since nothing names it; decoding it is no work for a unit
    "Uploads",  # likewise; nor does a unit wait for the store
    "SeedsUploads",
    "Queue",  # each entry is known again by what it says
    "Scans",  # each is known again by its number
    "Violations",
}


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name:
                yield path, node


def definitions(name: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]


def test_row_locks_do_not_block_foreign_keys():
    blocking = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, call in calls("select_for_update")
        if not any(keyword.arg == "no_key" for keyword in call.keywords)
    ]
    assert blocking == []


def test_nothing_happens_behind_the_back_of_a_service():
    saves = [place for place in definitions("save") if "/models.py" in place]
    signals = [str(path) for path, _ in calls("receiver")]
    assert (saves, definitions("ready"), signals) == ([], [], [])


def test_forms_that_call_services_begin_with_a_unit():
    calling = [form for form in site._registry.values() if "save_model" in vars(type(form))]
    assert calling
    assert [type(form).__name__ for form in calling if not isinstance(form, ServiceAdmin)] == []


def test_modules_stay_small():
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: lines for name, lines in long.items() if lines > 330 and "migrations" not in name} == {}


def views(patterns: list[URLPattern | URLResolver]) -> Iterator[type[APIView]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        elif isinstance(view := getattr(pattern.callback, "cls", None), type) and issubclass(view, APIView):
            yield view


def test_every_native_post_honours_an_idempotency_key():
    native = [
        view
        for view in views(get_resolver().url_patterns)
        if hasattr(view, "post") and view.__module__.split(".")[0] in APPS and "dialect" not in view.__module__
    ]
    # On routes of accounts there is nobody yet whose key it could be, and tokens must not be kept.
    forgetful = {
        view.__name__
        for view in native
        if not view.__module__.startswith("accounts.") and not hasattr(view.post, "__wrapped__")
    }
    assert len(native) > 10
    assert forgetful == NATIVE_POSTS_WITHOUT_A_KEY


def test_every_view_that_machines_may_use_asks_for_a_scope_that_is_declared():
    """Alone, and not beside what the owner of a machine may do: see accounts.machines."""
    signed = [
        view for view in views(get_resolver().url_patterns) if SignedAuthentication in view.authentication_classes
    ]
    scopes = {view.__name__: [getattr(one, "scope", "") for one in view.permission_classes] for view in signed}

    assert scopes
    assert {name: asked for name, asked in scopes.items() if not {*asked} & declared("SCOPES").keys()} == {}


@pytest.mark.parametrize("domains", ["", "shifts", "tests.sample"])
def test_a_company_runs_only_the_products_it_has(domains):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DOMAINS": domains}
    for command in (
        ["check", "--fail-level", "WARNING"],
        ["makemigrations", "--check", "--dry-run", "accounts", "realtime"],
    ):
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
