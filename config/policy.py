"""What a browser may load and run on our pages. Nothing comes from elsewhere, and live pages run no script or style
that is not a file of ours.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

LIVE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# Alpine, of the admin's theme, compiles the expressions in its templates, and these set styles of elements.
ADMIN = LIVE | {"script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}
# Swagger begins with a script in its page.
DOCS = LIVE | {"script-src": "'self' 'unsafe-inline'", "style-src": "'self' 'unsafe-inline'"}


View = Callable[[HttpRequest], HttpResponse]


def content_security_policy(get_response: View) -> View:
    policies = [("/admin/", _text(ADMIN)), ("/api/docs", _text(DOCS)), ("/", _text(LIVE))]

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = next(text for begin, text in policies if request.path.startswith(begin))
        response.headers.setdefault("Content-Security-Policy", policy)  # files that people sent have a stricter one
        return response

    return middleware


def _text(policy: dict[str, str]) -> str:
    """Pictures and files may be in a bucket, which is elsewhere."""
    bucket = f" {settings.FILES_ORIGIN}" if settings.FILES_ORIGIN else ""
    stored = {name: value + bucket for name, value in policy.items() if name in {"img-src", "media-src"}}
    return "; ".join(f"{name} {value}" for name, value in (policy | stored).items())
