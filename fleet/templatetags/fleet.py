from django import template

from accounts.models import User
from fleet import selectors

register = template.Library()


@register.filter
def decides(user: User) -> bool:
    """Whether to offer what is for officers and staff."""
    return bool(selectors.deciders([user.pk]))
