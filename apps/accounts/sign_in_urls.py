"""The part of allauth that is open: a code by mail, and leaving. Its names are the ones allauth itself looks for.

There is no page to sign up, to set a password or to add an address: rosters and site admins decide who has an account.
"""

from allauth.account import views as allauth_views
from django.urls import path

from apps.accounts import views

urlpatterns = [
    path("login/", views.to_sign_in, name="account_login"),
    path("login/code/", views.request_code, name="account_request_login_code"),
    path("login/code/confirm/", allauth_views.confirm_login_code, name="account_confirm_login_code"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", views.inactive, name="account_inactive"),
]
