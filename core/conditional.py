from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, set_response_etag

JSON = "application/json"


def answer(request: HttpRequest, content: bytes, content_type: str) -> HttpResponseBase:
    """One that has not changed is not sent again."""
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = "private, no-cache"
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
