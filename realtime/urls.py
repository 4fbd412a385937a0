from django.urls import path

from realtime import views

urlpatterns = [
    path("sync", views.Sync.as_view(), name="sync"),
    path("commands", views.Commands.as_view(), name="commands"),
]
