from django.urls import path

from apps.feedback import views

app_name = "feedback"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("version/<int:version>/", views.for_version, name="for_version"),
    path("version/<int:version>/comment/", views.comment, name="comment"),
    path("version/<int:version>/ask-change/", views.ask_change, name="ask_change"),
    path("version/<int:version>/decide/", views.decide, name="decide"),
    path("changes/<int:pk>/done/", views.mark_done, name="mark_done"),
    path("changes/<int:pk>/verify/", views.verify, name="verify"),
    path("changes/<int:pk>/reopen/", views.reopen, name="reopen"),
]
