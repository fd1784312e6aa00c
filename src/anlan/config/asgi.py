"""The ASGI application that granian serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
