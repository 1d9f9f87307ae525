"""The site's Celery app: mail, reports of checks, sweepers. Runners have an app of their own (apps.checks.runner)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseproj.settings")

app = Celery("courseproj")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
