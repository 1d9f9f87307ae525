from django.urls import path

from apps.pairs.views import finding, pair, staff

app_name = "pairs"
urlpatterns = [
    path("", finding.index, name="index"),
    path("invite/", finding.invite, name="invite"),
    path("code/", finding.code, name="code"),
    path("join/", finding.join, name="join"),
    path("invitations/<int:pk>/", finding.invitation, name="invitation"),
    path("invitations/<int:pk>/accept/", finding.accept, name="accept"),
    path("invitations/<int:pk>/decline/", finding.decline, name="decline"),
    path("invitations/<int:pk>/withdraw/", finding.withdraw, name="withdraw"),
    path("make/", staff.make, name="make"),
    path("<int:pk>/", pair.detail, name="detail"),
    path("<int:pk>/dissolve/", pair.dissolve, name="dissolve"),
]
