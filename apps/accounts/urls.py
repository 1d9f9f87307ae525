from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("sign-in-as/", views.sign_in_as, name="sign_in_as"),
]
