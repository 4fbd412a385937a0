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


class NoticeIsOver(DomainError):
    code = "notice_is_over"
    message = "This notice was withdrawn, or its time is over."


class DeliveryNotGivenUp(DomainError):
    code = "delivery_not_given_up"
    message = "Only a delivery that was given up can be tried again."


class DeviceDisabled(DomainError):
    code = "device_disabled"
    message = "The provider called the address of this device dead. It comes back when its app registers again."
