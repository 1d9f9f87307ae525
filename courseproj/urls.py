"""Where everything is. Pages of a course stand under /c/<its address>/."""

from django.urls import include, path

course_pages = [
    path("", include("apps.courses.course_urls")),
    path("pairs/", include("apps.pairs.urls")),
    path("proposals/", include("apps.proposals.urls")),
    path("checks/", include("apps.checks.urls")),
    path("quota/", include("apps.quota.urls")),
    path("feedback/", include("apps.feedback.urls")),
    path("schedule/", include("apps.scheduling.urls")),
]

urlpatterns = [
    path("", include("apps.dashboard.urls")),
    path("", include("apps.core.urls")),
    path("account/", include("apps.accounts.urls")),
    path("account/", include("apps.accounts.sign_in_urls")),
    path("courses/", include("apps.courses.urls")),
    path("c/<slug:slug>/", include(course_pages)),
]
