from core.errors import DomainError, NotFound


class NoSuchNotice(NotFound):
    message = "There is no such notice in your inbox."


class LinkBroken(NotFound):
    code = "link_broken"
    message = "This link is broken. Copy it whole from the email."


class NoSuchDevice(NotFound):
    message = "You have no such device."


class KindIsMandatory(DomainError):
    code = "kind_is_mandatory"
    message = "Notices of this kind cannot be turned off."
