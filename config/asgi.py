import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()  # loads the apps, which the imports below need

from config.routing import router  # noqa: E402

application = router(django_application)
