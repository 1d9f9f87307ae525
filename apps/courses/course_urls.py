from django.urls import path

from apps.courses.views import calendar, course, people, roster, syllabus

app_name = "course"
urlpatterns = [
    path("", course.home, name="home"),
    path("settings/", course.settings, name="settings"),
    path("syllabus/", syllabus.syllabus, name="syllabus"),
    path("syllabus/save/", syllabus.syllabus_save, name="syllabus_save"),
    path("milestones/new/", calendar.milestone_add, name="milestone_add"),
    path("milestones/<int:pk>/", calendar.milestone_edit, name="milestone_edit"),
    path("milestones/<int:pk>/remove/", calendar.milestone_remove, name="milestone_remove"),
    path("classes/new/", calendar.meeting_add, name="meeting_add"),
    path("classes/<int:pk>/", calendar.meeting_edit, name="meeting_edit"),
    path("classes/<int:pk>/remove/", calendar.meeting_remove, name="meeting_remove"),
    path("members/", people.members, name="members"),
    path("members/new/", people.member_add, name="member_add"),
    path("members/<int:pk>/", people.member, name="member"),
    path("members/<int:pk>/drop/", people.member_drop, name="member_drop"),
    path("roster/", roster.roster_upload, name="roster_upload"),
    path("roster/<int:pk>/", roster.roster_preview, name="roster_preview"),
    path("roster/<int:pk>/discard/", roster.roster_discard, name="roster_discard"),
    path("roster/<int:pk>/undo/", roster.roster_undo, name="roster_undo"),
]
