from django.urls import path

from apps.checks import views

app_name = "checks"
urlpatterns = [
    path("", views.index, name="index"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("runs/<int:pk>/again/", views.again, name="again"),
    path("runs/<int:pk>/figures/<int:number>/", views.figure, name="figure"),
    path("pair/<int:pair>/", views.for_pair, name="for_pair"),
]
