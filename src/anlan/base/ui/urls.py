"""Addresses of the frame. Included at the root: the worker must be served from there."""

from django.urls import path

from anlan.base.ui import gallery, views

app_name = "ui"
urlpatterns = [
    path("ui/theme/", views.theme, name="theme"),
    path("ui/language/", views.language, name="language"),
    path("ui/gallery/", gallery.gallery, name="gallery"),
    path("ui/counts/", views.counts, name="counts"),
    path("search/", views.find, name="search"),
    path("help/", views.help_index, name="help"),
    path("help/<path:name>/", views.help_page, name="help_page"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("offline/", views.offline, name="offline"),
    path("p/", views.pocket, name="pocket"),
    path("p/tasks/", views.pocket, name="pocket_tasks"),
    path("p/place/", views.pocket, name="pocket_place"),
    path("p/check/", views.pocket, name="pocket_check"),
    path("p/finding/", views.pocket, name="pocket_finding"),
    path("p/rectify/", views.pocket, name="pocket_rectify"),
    path("p/scan/", views.pocket, name="pocket_scan"),
    path("p/outbox/", views.pocket, name="pocket_outbox"),
    path("p/me/", views.pocket, name="pocket_me"),
]
