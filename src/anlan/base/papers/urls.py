"""Addresses of papers."""

from django.urls import path

from anlan.base.papers import views

app_name = "papers"
urlpatterns = [
    path("<str:name>/<uuid:object_id>.<str:fmt>", views.paper, name="paper"),
]
