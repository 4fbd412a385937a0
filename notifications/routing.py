from django.urls import path

from notifications.consumers import NotificationConsumer

websocket_urlpatterns = [
    path("api/chat/ws", NotificationConsumer.as_asgi()),
    path("ws/chat", NotificationConsumer.as_asgi()),
]
