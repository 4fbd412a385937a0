from core.errors import DomainError


class NoSuchConversation(DomainError):
    code = "no_such_conversation"
    message = "There is no such conversation for you."
    status = 404


class NoSuchMessage(DomainError):
    code = "no_such_message"
    message = "There is no such message for you."
    status = 404


class NoSuchMedia(DomainError):
    code = "no_such_media"
    message = "There is no such file for you."
    status = 404


class LinkExpired(DomainError):
    code = "link_expired"
    message = "This address has expired. Ask for the message again to get a new one."
    status = 410


class FileTooLarge(DomainError):
    code = "file_too_large"
    message = "File too large"  # the words of seed 004
    status = 400


class UnusableFile(DomainError):
    code = "unusable_file"
    message = "Send a picture (JPEG, PNG, WebP), a document (PDF, Office), plain text in UTF-8, MP3, M4A, OGG or MP4."
    status = 400


class NobodyThere(DomainError):
    code = "nobody_there"
    message = "Nobody else is in this conversation any more."


class Blocked(DomainError):
    code = "blocked"
    message = "One of you has blocked the other."
    status = 403


class OutOfOrder(DomainError):
    """The message before has not come yet; whoever sends both again sends them in order."""

    code = "out_of_order"
    message = "The message that this one follows has not been sent yet. Send that first, then this again."
    is_temporary = True
    retry_after_ms = 500


class ClientIdTaken(DomainError):
    code = "client_id_taken"
    message = "This client_id was used before for another message."


class AlreadyDeleted(DomainError):
    code = "already_deleted"
    message = "This message was deleted."


class TooLateToEdit(DomainError):
    code = "too_late_to_edit"
    message = "This message is too old to be edited."


class NotAGroup(DomainError):
    code = "not_a_group"
    message = "A conversation of two stays one of two. Begin another for more."


class GroupFull(DomainError):
    code = "group_full"
    message = "This group is full."


class NoSuchPerson(DomainError):
    code = "no_such_person"
    message = "There is no such person."
    status = 404


class TooManyConversations(DomainError):
    code = "too_many_conversations"
    message = "You have begun very many conversations today. Go on tomorrow."
    status = 429


class TooManyReports(DomainError):
    code = "too_many_reports"
    message = "You have reported very many messages today. Go on tomorrow."
    status = 429


class ReportHandled(DomainError):
    code = "report_handled"
    message = "Somebody has decided on this report already."
