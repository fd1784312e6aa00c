"""Addresses of files."""

from django.urls import path

from anlan.base.files import views

app_name = "files"
urlpatterns = [
    path("<uuid:attachment_id>/", views.download, name="download"),
    path("<uuid:attachment_id>/view/", views.show, name="show"),
    path("<uuid:attachment_id>/remove/", views.remove, name="remove"),
    path("of/<str:object_type>/<uuid:object_id>/", views.panel, name="panel"),
]
