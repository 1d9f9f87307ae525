from django.urls import path

from apps.scheduling.views import calendars, days, editor, pages, publishing

app_name = "scheduling"
urlpatterns = [
    path("", pages.index, name="index"),
    path("new/", days.create, name="create"),
    path("count/", days.count, name="count"),
    path("calendar/", calendars.subscribe, name="subscribe"),
    path("calendar/<str:token>.ics", calendars.feed, name="feed"),
    path("pair/<int:pair>/", pages.for_pair, name="for_pair"),
    path("<int:pk>/", pages.agenda, name="agenda"),
    path("<int:pk>/slot.ics", calendars.download, name="download"),
    path("<int:pk>/edit/", editor.edit, name="edit"),
    path("<int:pk>/agenda.csv", publishing.export, name="export"),
    path("<int:pk>/change/", days.change, name="change"),
    path("<int:pk>/assign/", editor.assign, name="assign"),
    path("<int:pk>/move/", editor.move, name="move"),
    path("<int:pk>/slots/<int:slot>/", editor.slot, name="slot"),
    path("<int:pk>/pairs/<int:pair>/", editor.take_part, name="take_part"),
    path("<int:pk>/publish/", publishing.publish, name="publish"),
    path("<int:pk>/cancel/", publishing.cancel, name="cancel"),
    path("<int:pk>/delete/", days.delete, name="delete"),
]
