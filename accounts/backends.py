from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import selectors
from accounts.models import User


class EmailOrPhoneBackend(ModelBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        address = username or kwargs.get(User.USERNAME_FIELD)
        if not address or password is None:
            return None
        user = selectors.user_with(address, password)
        return user if user is not None and user.is_active else None
