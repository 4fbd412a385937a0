"""A chat as those who have done the Channels tutorial build it: a group per room, and one row saved of each message."""

import os

import dj_database_url

SECRET_KEY = "of no use"
USE_TZ = True
INSTALLED_APPS = ["channels", "bench.peers.plainchat"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": dj_database_url.parse(os.environ["PLAIN_DATABASE_URL"], conn_max_age=None)}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]], "prefix": os.environ["BENCH_BUS"]},
    }
}
