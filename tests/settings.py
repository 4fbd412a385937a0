"""The settings, with a small domain of the tests' own installed beside the real ones, and quick passwords."""

import os

os.environ.setdefault("DOMAINS", "dispatch,bookings,shifts,chat,fleet")
os.environ["DOMAINS"] = ",".join(dict.fromkeys([*os.environ["DOMAINS"].split(","), "tests.sample"]))
os.environ.setdefault("SECRET_KEY", "a-secret-of-the-tests-that-is-long-enough")
os.environ.setdefault("JWT_KEY", "another-secret-of-the-tests-that-is-long-enough")
os.environ.setdefault("DEVICE_KEYS", "a-key-of-the-tests-that-seals-addresses")
os.environ.setdefault("DEVICE_FINGERPRINT_KEY", "a-key-of-the-tests-that-makes-fingerprints")
os.environ.setdefault("ALLOWED_HOSTS", "*")
os.environ.setdefault("NOTIFICATIONS_HTTP_SECONDS", "3")  # for providers that never answer
os.environ.setdefault("PAYMENTS_GATEWAY_SECONDS", "2")  # likewise
os.environ.setdefault("REDIS_PREFIX", f"tests_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
os.environ.setdefault("REDIS_SECONDS", "30")  # a throttle that gives up on a busy machine counts nothing

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
