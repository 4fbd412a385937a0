"""What the REST sides of the seeds' own apps share: tokens that live long, and errors that are `{"error": text}`."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import DialectAuthentication
from core.api import answer_refusal


class DialectView(APIView):
    authentication_classes = [DialectAuthentication]
    bad_body: str | None = None  # what the app shows where fields do not fit, if it has words of its own for that

    def get_exception_handler(self) -> Any:
        return self._answer_plainly

    def _answer_plainly(self, error: Exception, context: dict[str, Any]) -> Response | None:
        response = answer_refusal(error, context)
        if response is not None:
            is_bad_body = response.data["code"] in {"invalid", "parse_error"}
            response.data = {"error": (is_bad_body and self.bad_body) or response.data["message"]}
        return response
