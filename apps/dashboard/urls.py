from django.urls import path

from apps.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.index, name="index"),
    path("c/<slug:slug>/overview/", views.course, name="course"),
]
