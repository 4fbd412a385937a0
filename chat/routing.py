from django.urls import path

from chat.consumers import ChatConsumer

websocket_urlpatterns = [
    path("api/chat/ws", ChatConsumer.as_asgi()),
    path("ws/chat", ChatConsumer.as_asgi()),
]
