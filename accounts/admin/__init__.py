from accounts.admin.acts import ActAdmin
from accounts.admin.groups import GroupAdmin
from accounts.admin.keys import ApiKeyAdmin
from accounts.admin.people import SessionAdmin, UserAdmin

__all__ = ["ActAdmin", "ApiKeyAdmin", "GroupAdmin", "SessionAdmin", "UserAdmin"]
