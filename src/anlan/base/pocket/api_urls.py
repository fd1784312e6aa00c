"""Addresses that phones call."""

from django.urls import path

from anlan.base.pocket import api

app_name = "pocket_api"
urlpatterns = [
    path("time", api.time_now, name="time"),
    path("devices", api.register, name="devices"),
    path("devices/wiped", api.wiped, name="wiped"),
    path("package", api.package_now, name="package"),
    path("submissions", api.submissions, name="submissions"),
    path("blobs/check", api.blobs_check, name="blobs_check"),
    path("blobs/<str:sha256>", api.blob, name="blob"),
    path("files/<str:sha256>", api.picture, name="picture"),
    path("receipts", api.receipts, name="receipts"),
]
