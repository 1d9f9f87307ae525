from django.urls import path

from apps.core import views

app_name = "core"
urlpatterns = [
    path("rescued/", views.rescued, name="rescued"),
    path("mail/", views.mail, name="mail"),
]
