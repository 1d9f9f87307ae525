from django.urls import path

from apps.proposals.views import editing, reading

app_name = "proposals"
urlpatterns = [
    path("", reading.index, name="index"),
    path("begin/", editing.begin, name="begin"),
    path("of-pair/<int:pk>/", reading.for_pair, name="for_pair"),
    path("<int:pk>/", reading.detail, name="detail"),
    path("<int:pk>/versions/<int:number>/", reading.version, name="version"),
    path("<int:pk>/compare/", reading.compare, name="compare"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
    path("<int:pk>/edit/title/", editing.save_title, name="save_title"),
    path("<int:pk>/edit/sources/", editing.save_sources, name="save_sources"),
    path("<int:pk>/edit/section/<slug:key>/", editing.save_section, name="save_section"),
    path("<int:pk>/submit/", editing.submit, name="submit"),
    path("<int:pk>/withdraw/", editing.withdraw, name="withdraw"),
]
