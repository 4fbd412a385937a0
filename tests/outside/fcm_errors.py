"""The error bodies of FCM, as it words them."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from tests.outside.provider import answer_json, retry_after, retry_after_date
from tests.outside.script import Step

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"

INVALID = "Request contains an invalid argument."
NOT_A_TOKEN = "The registration token is not a valid FCM registration token"
NO_CREDENTIAL = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
BAD_GATEWAY = (
    "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<title>Error 502 (Server Error)!!1</title>\n"
    "<p><b>502.</b> <ins>That’s an error.</ins>\n<p>The server encountered a temporary error and could not complete "
    "your request.<p>Please try again in 30 seconds.  <ins>That’s all we know.</ins>\n"
)

PAYLOAD_DEFECTS = {"badpayload", "toobig"}

Violations = list[tuple[str, str]]


def error(
    code: int, status: str, message: str, *details: dict[str, Any], headers: dict[str, str] | None = None
) -> web.Response:
    said: dict[str, Any] = {"code": code, "message": message, "status": status}
    if details:
        said["details"] = list(details)
    return answer_json({"error": said}, code, headers)


def fcm(code: str) -> dict[str, Any]:
    return {"@type": FCM_ERROR, "errorCode": code}


def bad_request(violations: Violations) -> dict[str, Any]:
    return {
        "@type": BAD_REQUEST,
        "fieldViolations": [{"field": field, "description": description} for field, description in violations],
    }


def malformed(field: str, description: str) -> web.Response:
    """What is not even a message of the API; found before FCM itself looks at it."""
    return error(400, "INVALID_ARGUMENT", description, bad_request([(field, description)]))


def invalid(violations: Violations) -> web.Response:
    return error(400, "INVALID_ARGUMENT", violations[0][1], fcm("INVALID_ARGUMENT"), bad_request(violations))


def too_big(what: str) -> web.Response:
    """The one payload error that names no field."""
    return error(400, "INVALID_ARGUMENT", what, {"@type": BAD_REQUEST}, fcm("INVALID_ARGUMENT"))


def permission_denied(project: str) -> web.Response:
    resource = f"//cloudresourcemanager.googleapis.com/projects/{project}"
    permission = "cloudmessaging.messages.create"
    info = {
        "@type": ERROR_INFO,
        "reason": "IAM_PERMISSION_DENIED",
        "domain": "cloudresourcemanager.googleapis.com",
        "metadata": {"resource": f"projects/{project}", "permission": permission},
    }
    message = f"Permission '{permission}' denied on resource '{resource}' (or it may not exist)."
    return error(403, "PERMISSION_DENIED", message, info)


def unauthenticated(_: Step | None = None) -> web.Response:
    return error(401, "UNAUTHENTICATED", NO_CREDENTIAL)


def quota(headers: dict[str, str]) -> web.Response:
    message = "Quota exceeded for quota metric 'All messages per minute' and limit 'All messages per minute'."
    return error(429, "RESOURCE_EXHAUSTED", message, fcm("QUOTA_EXCEEDED"), headers=headers)


def third_party(code: str) -> web.Response:
    return error(401, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service", fcm(code))


def unavailable(step: Step) -> web.Response:
    return error(
        503, "UNAVAILABLE", "The service is currently unavailable.", fcm("UNAVAILABLE"), headers=retry_after(step)
    )


REFUSALS: Mapping[str, Callable[[Step], web.Response]] = {
    "unregistered": lambda _: error(404, "NOT_FOUND", "Requested entity was not found.", fcm("UNREGISTERED")),
    "badtoken": lambda _: error(400, "INVALID_ARGUMENT", NOT_A_TOKEN, fcm("INVALID_ARGUMENT")),
    "badtokenfield": lambda _: error(  # the older form of the same
        400, "INVALID_ARGUMENT", INVALID, fcm("INVALID_ARGUMENT"),
        bad_request([("message.token", "Invalid registration token")]),
    ),
    "badpayload": lambda _: malformed(
        "message.data[0].value", "Invalid value at 'message.data[0].value' (TYPE_STRING), 7"
    ),
    "toobig": lambda _: too_big("Android message is too big"),
    "mismatch": lambda _: error(403, "PERMISSION_DENIED", "SenderId mismatch", fcm("SENDER_ID_MISMATCH")),
    "forbidden": lambda _: permission_denied("demo"),
    "apnsauth": lambda _: third_party("THIRD_PARTY_AUTH_ERROR"),
    "oldapnsauth": lambda _: third_party("APNS_AUTH_ERROR"),
    "unauthenticated": unauthenticated,
    "quota": lambda step: quota(retry_after(step)),
    "quotadate": lambda step: quota(retry_after_date(step)),
    "quotabare": lambda _: quota({}),
    "internal": lambda _: error(500, "INTERNAL", "Internal error encountered.", fcm("INTERNAL")),
    "unavailable": unavailable,
    "badgateway": lambda _: web.Response(text=BAD_GATEWAY, status=502, content_type="text/html"),
    "gatewaytimeout": lambda _: error(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}  # fmt: skip
