from django.urls import path

from shifts.consumers import ShiftOfferConsumer

websocket_urlpatterns = [path("ws/<int:emp_id>", ShiftOfferConsumer.as_asgi())]
