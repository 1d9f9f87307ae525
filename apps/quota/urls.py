from django.urls import path

from apps.quota import views

app_name = "quota"
urlpatterns = [
    path("", views.index, name="index"),
    path("pool/", views.pool, name="pool"),
    path("ask/", views.ask, name="ask"),
    path("requests/<int:pk>/", views.detail, name="detail"),
    path("requests/<int:pk>/edit/", views.edit, name="edit"),
    path("requests/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("requests/<int:pk>/review/", views.review, name="review"),
    path("pair/<int:pair>/", views.for_pair, name="for_pair"),
]
