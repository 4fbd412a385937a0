from core.errors import DomainError, Forbidden, NotFound


class NotAProfessional(Forbidden):
    code = "not_a_professional"
    message = "You are not registered as a professional, or not approved yet."


class NoSuchReport(NotFound):
    message = "There is no such report here."


class NoSuchEstimate(NotFound):
    message = "There is no such estimate here."


class NoSuchPhoto(NotFound):
    message = "There is no such photo here."


class NoSuchUser(NotFound):
    message = "There is no such person here."


class ReportAssigned(DomainError):
    code = "report_assigned"
    message = "An estimate for this report has been accepted already."


class ReportClosed(DomainError):
    code = "report_closed"
    message = "This report is no longer open."


class ReportRevised(DomainError):
    """`details.generation` is the present one."""

    code = "report_revised"
    message = "The owner has changed this report since. Look at it again."


class ReportNotInProgress(DomainError):
    code = "report_not_in_progress"
    message = "Nobody is at work on this report."


class ReportNotCompleted(DomainError):
    code = "report_not_completed"
    message = "Only a completed repair can be reviewed."


class ReviewedAlready(DomainError):
    code = "reviewed_already"
    message = "You have reviewed this repair."


class TooManyReports(DomainError):
    code = "too_many_reports"
    message = "You have many open reports. Close one before you open another."


class RequestCeased(DomainError):
    code = "request_ceased"
    message = "Your estimate is no longer asked for."


class EstimatePending(DomainError):
    code = "estimate_pending"
    message = "Your estimate waits for the owner. Withdraw it before you send another."


class EstimateWithdrawn(DomainError):
    code = "estimate_withdrawn"
    message = "The professional has withdrawn this estimate."


class EstimateDeclined(DomainError):
    code = "estimate_declined"
    message = "This estimate was declined."


class EstimateAccepted(DomainError):
    code = "estimate_accepted"
    message = "This estimate was accepted. Give the job back if you cannot do it."


class NotYourJob(DomainError):
    code = "not_your_job"
    message = "This job is not yours."


class DepositNotDue(DomainError):
    code = "deposit_not_due"
    message = "There is no deposit to be paid for this estimate."


class ProfessionalAlready(DomainError):
    code = "professional_already"
    message = "You are registered as a professional."


class PhotoTaken(DomainError):
    code = "photo_taken"
    message = "This photo belongs to something else already."
