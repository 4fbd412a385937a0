from typing import Any

from accounts.models import User
from accounts.serializers import ApiKeyOut, SessionOut, UserOut


def account(user: User) -> dict[str, Any]:
    return {
        "user": UserOut(user).data,
        "firebase": list(user.firebase_identities.order_by("linked_at").values("uid", "linked_at")),
        "sessions": SessionOut(user.sessions.order_by("created_at"), many=True).data,
        "api_keys": ApiKeyOut(user.api_keys.order_by("created_at"), many=True).data,
    }
