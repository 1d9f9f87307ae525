from django.apps import AppConfig


class QuotaConfig(AppConfig):
    name = "apps.quota"
    label = "quota"
