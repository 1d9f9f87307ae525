"""The project: settings, URLs, and the site's Celery app (imported so that tasks bind to it)."""

from courseproj.celery import app as celery_app

__all__ = ["celery_app"]
