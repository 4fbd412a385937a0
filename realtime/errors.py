from core.errors import DomainError


class CommandConflict(DomainError):
    code = "conflict"
    message = "This id was used before for something else."


class CommandTooOld(DomainError):
    code = "too_old"
    message = "This command is older than the server remembers. Look at what is there now and decide anew."
    status = 410


class CommandExpired(DomainError):
    code = "expired"
    message = "This command said it was no longer wanted by now."
    status = 410


class UnknownCommand(DomainError):
    code = "unknown_command"
    message = "There is no command of this name."
    status = 404


class UnknownKind(DomainError):
    code = "unknown_kind"
    message = "There is no kind of this name."
    status = 400


class UnknownBoard(DomainError):
    code = "unknown_board"
    message = "There is no such board for you."
    status = 404


class BoardClosed(DomainError):
    code = "forbidden"
    message = "This board is closed to you now."
    status = 403


class TooManyBoards(DomainError):
    code = "too_many_boards"
    message = "Close another board first."


class BadPosition(DomainError):
    code = "bad_position"
    message = "A position is written <epoch>:<offset>."
    status = 400


class PositionLost(DomainError):
    code = "position_lost"
    message = "Events were lost to this position. Reload with GET /api/sync and go on from there."
    status = 410


class TooManyPolls(DomainError):
    code = "too_many_polls"
    message = "Too many polls of this user are waiting already."
    status = 429
    is_temporary = True
    retry_after_ms = 5000
