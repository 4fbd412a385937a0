from django.db import models


class Message(models.Model):
    room = models.CharField(max_length=50, db_index=True)
    sender = models.CharField(max_length=50)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
