from django.urls import path

from bench.peers.plainfleet.views import Scans

urlpatterns = [path("api/fleet/scans", Scans.as_view())]
