"""Addresses of the desk."""

from django.urls import path

from anlan.base.pocket.ui import views
from anlan.base.pocket.ui.listing import DEVICES

app_name = "pocket"
urlpatterns = [
    *DEVICES.urls("", "devices"),
    path("import/", views.bring, name="import"),
    path("submissions/<uuid:pk>/", views.settle, name="settle"),
    path("<uuid:pk>/", views.device, name="device"),
    path("<uuid:pk>/revoke/", views.revoke, name="revoke"),
]
