"""Addresses of drafts."""

from django.urls import path

from anlan.base.drafts import views

app_name = "drafts"
urlpatterns = [
    path("keep/", views.keep, name="keep"),
    path("drop/", views.drop, name="drop"),
]
