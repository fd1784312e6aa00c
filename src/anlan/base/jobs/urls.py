"""Addresses of jobs."""

from django.urls import path

from anlan.base.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:job_id>/", views.show, name="show"),
    path("<uuid:job_id>/cancel/", views.cancel, name="cancel"),
    path("<uuid:job_id>/file/", views.download, name="file"),
]
