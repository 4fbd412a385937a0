from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts import codes, selectors, services, sessions
from accounts.authentication import DialectAuthentication, TokenAuthentication
from accounts.serializers import (
    ChangePasswordIn,
    CodeRequestIn,
    CodeRequestOut,
    DeleteAccountIn,
    FirebaseIn,
    LoginIn,
    ProfileIn,
    RefreshIn,
    RegisterIn,
    ResetPasswordIn,
    SignedInOut,
    TicketOut,
    UserOut,
    VerifyIn,
)
from accounts.throttles import (
    CodePerAccount,
    CodePerAddress,
    LoginPerAccount,
    LoginPerAddress,
    PasswordPerUser,
    PerUser,
    RegisterPerAddress,
)
from core.api import read


class Open(APIView):
    authentication_classes = []  # a stale token in the header must not stand in the way of a new one
    permission_classes = [AllowAny]


class Register(Open):
    throttle_classes = [RegisterPerAddress]

    @extend_schema(request=RegisterIn, responses={201: SignedInOut})
    def post(self, request: Request) -> Response:
        body = read(RegisterIn, request.data)
        is_long_lived = body.pop("long_lived")
        signed_in = services.register(is_long_lived=is_long_lived, now=timezone.now(), **body)
        return Response(SignedInOut(signed_in).data, status=status.HTTP_201_CREATED)


class Login(Open):
    throttle_classes = [LoginPerAddress, LoginPerAccount]

    @extend_schema(request=LoginIn, responses=SignedInOut)
    def post(self, request: Request) -> Response:
        body = read(LoginIn, request.data)
        signed_in = services.log_in(
            address=body["email_or_phone"],
            password=body["password"],
            device=body["device"],
            is_long_lived=body["long_lived"],
            now=timezone.now(),
        )
        return Response(SignedInOut(signed_in).data)


class FirebaseLogin(Open):
    throttle_classes = [LoginPerAddress]

    @extend_schema(request=FirebaseIn, responses=SignedInOut)
    def post(self, request: Request) -> Response:
        body = read(FirebaseIn, request.data)
        signed_in = services.log_in_with_firebase(
            id_token=body["id_token"], device=body["device"], is_long_lived=body["long_lived"], now=timezone.now()
        )
        return Response(SignedInOut(signed_in).data)


class Refresh(Open):
    throttle_classes = [PerUser]

    @extend_schema(request=RefreshIn, responses=SignedInOut)
    def post(self, request: Request) -> Response:
        body = read(RefreshIn, request.data)
        return Response(SignedInOut(sessions.refresh(body["refresh_token"], now=timezone.now())).data)


class Logout(APIView):
    authentication_classes = [DialectAuthentication]

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        services.log_out(selectors.session_of(request.user, request.auth.session_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChangePassword(APIView):
    authentication_classes = [DialectAuthentication]
    throttle_classes = [PasswordPerUser]

    @extend_schema(request=ChangePasswordIn, responses=SignedInOut)
    def post(self, request: Request) -> Response:
        body = read(ChangePasswordIn, request.data)
        session = selectors.session_of(request.user, request.auth.session_id)
        signed_in = services.change_password(user=request.user, session=session, now=timezone.now(), **body)
        return Response(SignedInOut(signed_in).data)


class SendCode(Open):
    throttle_classes = [CodePerAddress, CodePerAccount]

    @extend_schema(request=CodeRequestIn, responses={202: CodeRequestOut})
    def post(self, request: Request) -> Response:
        body = read(CodeRequestIn, request.data)
        services.send_code(purpose=body["purpose"], address=body["email_or_phone"], now=timezone.now())
        return Response({"expires_in_s": codes.LIFE.seconds}, status=status.HTTP_202_ACCEPTED)


class VerifyCode(Open):
    throttle_classes = [LoginPerAddress]

    @extend_schema(request=VerifyIn, responses={204: None})
    def post(self, request: Request) -> Response:
        body = read(VerifyIn, request.data)
        services.verify_address(address=body["email_or_phone"], digits=body["code"], now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResetPassword(Open):
    throttle_classes = [LoginPerAddress]

    @extend_schema(request=ResetPasswordIn, responses={204: None})
    def post(self, request: Request) -> Response:
        body = read(ResetPasswordIn, request.data)
        services.reset_password(
            address=body["email_or_phone"],
            digits=body["code"],
            new_password=body["new_password"],
            now=timezone.now(),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class Me(APIView):
    def get_throttles(self) -> list[BaseThrottle]:
        return [PasswordPerUser()] if self.request.method == "DELETE" else super().get_throttles()

    @extend_schema(responses=UserOut)
    def get(self, request: Request) -> Response:
        return Response(UserOut(request.user).data)

    @extend_schema(request=ProfileIn, responses=UserOut)
    def patch(self, request: Request) -> Response:
        user = services.edit_profile(request.user, **read(ProfileIn, request.data))
        return Response(UserOut(user).data)

    @extend_schema(request=DeleteAccountIn, responses={204: None})
    def delete(self, request: Request) -> Response:
        body = read(DeleteAccountIn, request.data)
        services.delete_account(request.user, password=body["password"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class Export(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response(selectors.personal_data(request.user))


class IssueTicket(APIView):
    authentication_classes = [TokenAuthentication]

    @extend_schema(request=None, responses={201: TicketOut})
    def post(self, request: Request) -> Response:
        ticket = sessions.issue_ticket(
            session_id=request.auth.session_id, identity_expires_at=request.auth.expires_at, now=timezone.now()
        )
        shown = {"ticket": ticket, "expires_in_s": sessions.TICKET_LIFE.seconds}
        return Response(shown, status=status.HTTP_201_CREATED)
