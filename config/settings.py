"""Two ways to run one code. With DATABASE_URL and REDIS_URL: PostgreSQL and Redis. Without: SQLite and one process."""

import platform
from datetime import timedelta
from pathlib import Path

import dj_database_url
from corsheaders.defaults import default_headers
from kombu import Queue

from config.enums import ENUMS
from config.env import env, flag, number, prefixed, secret, words
from config.storages import storages
from config.theme import THEME
from config.throttles import THROTTLE_RATES
from core.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATABASE_URL = env("DATABASE_URL")
REDIS_URL = env("REDIS_URL")
IS_EMBEDDED = not DATABASE_URL
if IS_EMBEDDED:
    DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = flag("DEBUG")
SECRET_KEY = secret("SECRET_KEY", DATA_DIR, may_be_made=IS_EMBEDDED)
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "*" if IS_EMBEDDED else "")
NODE_NAME = env("NODE_NAME", platform.node())

# Apps, lower layers first; wiring is read in the same order.
DOMAINS = words("DOMAINS", "dispatch,bookings,shifts,chat,fleet")
OURS = ["core", "accounts", "realtime", "notifications", "payments", *DOMAINS, "config"]
WIRING = [f"{app}.wiring" for app in OURS if app != "core"]
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # its templates come before those of Django
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.operators.apps.OperatorsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_htmx",
    *OURS,
]
MIDDLEWARE = [
    "core.middleware.request_log",
    "config.policy.content_security_policy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "accounts.middleware.app_version_gate",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database. A web process has some threads and each may hold a connection only while it works: a pool, not CONN_MAX_AGE.
if IS_EMBEDDED:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "db.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    }
else:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=0, conn_health_checks=True)}
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        pool={"min_size": 1, "max_size": number("DATABASE_POOL", 24), "timeout": 5},
        connect_timeout=5,
        options="-c lock_timeout=3s -c statement_timeout=30s -c idle_in_transaction_session_timeout=30s",
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis: what asks it gives up soon, nothing waits for a frozen one.
REDIS_PREFIX = env("REDIS_PREFIX", "realtime")  # deployments that share a Redis each have their own
REDIS_SECONDS = number("REDIS_SECONDS", 1)
REDIS_PATIENCE = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS, "retry": None}
BUS_URLS = words("BUS_URLS") or [REDIS_URL]  # servers of the bus alone, where one for all is too few
BUS_GROUPS = 8 * len(BUS_URLS) if len(BUS_URLS) > 1 else 1
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "core.cache.FailOpenRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
            "OPTIONS": REDIS_PATIENCE,
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": env("CHANNEL_LAYER", "channels_redis.pubsub.RedisPubSubChannelLayer"),
            "CONFIG": {
                "hosts": [{"address": url, "socket_connect_timeout": 1} for url in BUS_URLS],
                "prefix": REDIS_PREFIX,
            },
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},  # at the default of 300 it would forget throttles
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": env("CHANNEL_LAYER", "channels.layers.InMemoryChannelLayer"),
            "CONFIG": {"capacity": 10_000},
        }
    }

# Celery. A task is a doorbell: ids in, nothing kept, safe to lose and to repeat.
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "visibility_timeout": 600,
        "global_keyprefix": f"{REDIS_PREFIX}:",
    }
    if REDIS_URL
    else {"polling_interval": 0.05}
)
# A worker takes both queues. With workers of their own (`-Q celery`, `-Q outbox`), neither waits for the other.
CELERY_TASK_QUEUES = [Queue("celery", routing_key="celery"), Queue("outbox", routing_key="outbox")]
CELERY_TASK_ROUTES = {"notifications.tasks.*": {"queue": "outbox"}}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.schedule:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1

# Who is there.
AUTH_USER_MODEL = "accounts.User"
LOGIN_REDIRECT_URL = "admin:index"  # who signs in there and named no other page
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailOrPhoneBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "SIGNING_KEY": secret("JWT_KEY", DATA_DIR, may_be_made=IS_EMBEDDED),
    "USER_ID_CLAIM": "sub",
    "UPDATE_LAST_LOGIN": False,
    "LEEWAY": 10,  # seconds that the clocks of two servers may differ
}
ALLOWED_ORIGINS = words("ALLOWED_ORIGINS")
CORS_ALLOWED_ORIGINS = ALLOWED_ORIGINS
CSRF_TRUSTED_ORIGINS = ALLOWED_ORIGINS
CORS_ALLOW_HEADERS = (*default_headers, "idempotency-key", "x-request-id", "x-app-version")
CORS_EXPOSE_HEADERS = ["X-Request-ID", "Retry-After", "Idempotency-Replayed"]
TRUSTED_PROXIES = number("TRUSTED_PROXIES", 0)
MINIMUM_APP_VERSION = env("MINIMUM_APP_VERSION")

# HTTPS is the default of production; a proxy in front says so by X-Forwarded-Proto.
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not IS_EMBEDDED and not flag("INSECURE_COOKIES")
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "accounts.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.Parser"],
    "DEFAULT_PAGINATION_CLASS": "core.api.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttles.PerUser", "accounts.throttles.PerMachine"],
    "DEFAULT_THROTTLE_RATES": THROTTLE_RATES,
    "NUM_PROXIES": TRUSTED_PROXIES,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.answer_refusal",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Realtime server",
    "DESCRIPTION": "REST side of the server; the socket side is docs/asyncapi.yaml.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {name: path for name, path in ENUMS.items() if path.split(".")[0] in OURS},
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.schema.describe_stream"],
}

# Limits of the socket server: see realtime/conf.py; REALTIME_WINDOW=64 in the environment sets one.
REALTIME = prefixed("REALTIME_")

# Limits of domains (dispatch/conf.py, …): DISPATCH_ENOUGH_ESTIMATES=3 sets one.
DISPATCH = prefixed("DISPATCH_")
DEPOSIT_GATEWAY = env("DEPOSIT_GATEWAY", "stripe")  # for the deposits of estimates
CHAT = prefixed("CHAT_")  # limits: see chat/conf.py
FLEET = prefixed("FLEET_")  # limits: see fleet/conf.py
PDF_FONT = Path(env("PDF_FONT", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))  # of Debian's fonts-dejavu-core
CAMPUS_ZONE = env("CAMPUS_ZONE", "UTC")  # by whose clock a day of the fleet ends
BOOKINGS = prefixed("BOOKINGS_")  # limits: see bookings/conf.py
DEFAULT_CURRENCY = env("DEFAULT_CURRENCY", "USD")

# Files that people upload, in a folder or in a bucket.
MEDIA_ROOT = Path(env("MEDIA_ROOT", str(DATA_DIR / "media")))
S3_BUCKET = env("S3_BUCKET")
FILES_ORIGIN = env("FILES_ORIGIN", env("S3_ENDPOINT"))  # of the addresses that the bucket signs: for browsers
STORAGES = storages(S3_BUCKET)
REQUEST_BYTES = number("REQUEST_BYTES", 32 * 1024 * 1024)  # of a body; what is longer is not even read
DATA_UPLOAD_MAX_MEMORY_SIZE = REQUEST_BYTES  # a body that is signed is hashed as a whole

# Payments: limits (payments/conf.py; PAYMENTS_LOT=10 sets one). Stripe is a way to pay once it has a key. Any of the
# secrets will do for its webhooks, so that one can be replaced.
PAYMENTS = prefixed("PAYMENTS_")
STRIPE_API_KEY = env("STRIPE_API_KEY")
STRIPE_API_BASE = env("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_WEBHOOK_SECRETS = words("STRIPE_WEBHOOK_SECRETS")
CARD_PAGE = env("CARD_PAGE", env("OUTSIDE_URL"))

# Notifications: limits (notifications/conf.py; NOTIFICATIONS_SLOTS=50 sets one) and the ways to people. A channel that
# is not configured is skipped. Every endpoint can be moved, so that tests and the demo speak to look-alikes.
NOTIFICATIONS = prefixed("NOTIFICATIONS_")
DEVICE_KEYS = words("DEVICE_KEYS") or [secret("DEVICE_KEY", DATA_DIR, may_be_made=IS_EMBEDDED)]
DEVICE_FINGERPRINT_KEY = secret("DEVICE_FINGERPRINT_KEY", DATA_DIR, may_be_made=IS_EMBEDDED)

FIREBASE_PROJECT = env("FIREBASE_PROJECT")
FIREBASE_CREDENTIALS = env("FIREBASE_CREDENTIALS")  # a service account: its JSON, or the path of the file
FIREBASE_KEYS_URL = env(
    "FIREBASE_KEYS_URL",
    "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
)
FCM_ENDPOINT = env("FCM_ENDPOINT", "https://fcm.googleapis.com")
ONESIGNAL_ENDPOINT = env("ONESIGNAL_ENDPOINT", "https://api.onesignal.com")
ONESIGNAL_APP_ID = env("ONESIGNAL_APP_ID")
ONESIGNAL_API_KEY = env("ONESIGNAL_API_KEY")
TWILIO_ENDPOINT = env("TWILIO_ENDPOINT", "https://api.twilio.com")
TWILIO_ACCOUNT_SID = env("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = env("TWILIO_AUTH_TOKEN")
TWILIO_FROM = env("TWILIO_FROM")  # a number of ours, or the SID of a messaging service

EMAIL_HOST = env("EMAIL_HOST")
EMAIL_BACKEND = env("EMAIL_BACKEND", f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend")
EMAIL_PORT = number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "no-reply@localhost")
PUBLIC_URL = env("PUBLIC_URL", f"http://localhost:{env('PORT', '8000')}")  # what links in mails begin with

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]  # of templates that all apps share
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"
USE_TZ = True

UNFOLD = THEME  # of the operators' pages

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", str(DATA_DIR / "static")))
if IS_EMBEDDED:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0  # names stay when contents change: browsers keep files, and ask whether theirs are still good

LOGGING = logging_config(env("LOG_LEVEL", "INFO"))
