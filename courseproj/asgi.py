"""The entry point of the web processes: `uvicorn courseproj.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseproj.settings")

application = get_asgi_application()
