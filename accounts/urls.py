from django.urls import path

from accounts import views

urlpatterns = [
    path("register", views.Register.as_view()),
    path("login", views.Login.as_view()),
    path("firebase", views.FirebaseLogin.as_view()),
    path("refresh", views.Refresh.as_view()),
    path("logout", views.Logout.as_view()),
    path("change-password", views.ChangePassword.as_view()),
    path("reset-password", views.ResetPassword.as_view()),
    path("send-otp", views.SendCode.as_view()),
    path("verify-otp", views.VerifyCode.as_view()),
    path("me", views.Me.as_view()),
    path("me/export", views.Export.as_view()),
    path("ticket", views.IssueTicket.as_view()),
]
