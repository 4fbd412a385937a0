from core.errors import DomainError, Forbidden, Unauthenticated


class TokenExpired(Unauthenticated):
    code = "token_expired"
    message = "This access token has expired. Refresh it."


class SessionEnded(Unauthenticated):
    code = "session_ended"
    message = "This session has ended. Sign in again."


class LongLivedRefused(Unauthenticated):
    code = "long_lived_refused"
    message = "A long-lived token opens only the routes of the apps it was made for. Sign in without long_lived here."


class WrongCredentials(Unauthenticated):
    code = "wrong_credentials"
    message = "No account has this address and password."


class WrongIdToken(Unauthenticated):
    code = "wrong_id_token"
    message = "This is no ID token of this server's Firebase project."


class IdTokenExpired(Unauthenticated):
    code = "id_token_expired"
    message = "This Firebase ID token has expired. Get a fresh one."


class SignatureRefused(Unauthenticated):
    scheme = "HMAC-SHA256"


class MalformedSignature(SignatureRefused):
    code = "malformed_signature"
    message = "Send Authorization: HMAC-SHA256 key=<id>,timestamp=<unix seconds>,signature=<64 hex digits>."


class WrongSignature(SignatureRefused):
    code = "wrong_signature"
    message = "No key of this server has signed this request."


class StaleSignature(SignatureRefused):
    code = "stale_signature"
    message = "This was signed too long ago, or by a clock that runs ahead. Compare it with server_time."


class ReplayedSignature(SignatureRefused):
    code = "replayed_signature"
    message = "This signature was used before. Sign again, with a new timestamp."


class KeyEnded(SignatureRefused):
    code = "key_ended"
    message = "This key was revoked or has expired, or nobody answers for it any more."


class NoSuchScope(DomainError):
    code = "no_such_scope"
    message = "A key has at least one scope, of those that this server knows."
    status = 400


class ExpiresInThePast(DomainError):
    code = "expires_in_the_past"
    message = "This key would have expired before its first use."
    status = 400


class ScopeMissing(Forbidden):
    code = "scope_missing"
    message = "This key may not do this."


class WrongPassword(DomainError):
    code = "wrong_password"
    message = "That is not your current password."
    status = 403


class AccountDeactivated(DomainError):
    code = "account_deactivated"
    message = "This account has been deactivated."
    status = 403


class AccountDeleted(DomainError):
    code = "account_deleted"
    message = "This account was deleted by its owner."


class AddressTaken(DomainError):
    code = "address_taken"
    message = "There is an account with this address already."


class AccountNotLinked(DomainError):
    code = "account_not_linked"
    message = (
        "There is an account with this address already. Sign in with its password, or set a new one by a code; "
        "Firebase opens it once the address is verified on both sides."
    )


class NoAddress(DomainError):
    code = "no_address"
    message = "This Firebase user has neither an email address nor a phone number, and an account needs one."


class WrongCode(DomainError):
    code = "wrong_code"
    message = "This code is wrong or no longer valid. Ask for a new one."
    status = 400


class SmsNotConfigured(DomainError):
    code = "sms_not_configured"
    message = "This server sends no text messages. Use an email address."


class FirebaseNotConfigured(DomainError):
    code = "firebase_not_configured"
    message = "This server knows no Firebase project. Sign in with a password."


class FirebaseUnreachable(DomainError):
    code = "firebase_unreachable"
    message = "Firebase's keys cannot be fetched just now. Try again in a moment."
    status = 503
    is_temporary = True
    retry_after_ms = 5000


class AppTooOld(DomainError):
    code = "app_too_old"
    message = "This version of the app is no longer supported. Install the newest one."
    status = 426
