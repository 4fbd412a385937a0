from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.errors import LinkBroken
from notifications.reach.unsubscribing import Subscription, unsubscribe

PAGE = "notifications/unsubscribe.html"


# A GET changes nothing: mail scanners follow every link. The POST comes from the page, or from a mail program by
# itself (RFC 8058), which has no cookie that could be abused and no token of ours.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_by_link(request: HttpRequest) -> HttpResponse:
    try:
        subscription = Subscription.by(request.GET.get("token", ""))
    except LinkBroken as refusal:
        return render(request, PAGE, {"is_broken": True}, status=refusal.status)
    if request.method == "POST":
        unsubscribe(subscription)
    with translation.override(subscription.user.locale):
        context = {
            "kind": gettext(subscription.title),
            "is_mandatory": subscription.is_mandatory,
            "is_done": request.method == "POST",
        }
        return render(request, PAGE, context)
