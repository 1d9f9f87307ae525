from django.urls import path

from apps.courses.views import course

app_name = "courses"
urlpatterns = [path("new/", course.create, name="create")]
