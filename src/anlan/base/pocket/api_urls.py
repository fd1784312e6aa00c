"""Addresses that phones call."""

from django.urls import path, re_path

from anlan.base.pocket import api

app_name = "pocket_api"
urlpatterns = [
    path("time", api.time_now, name="time"),
    path("devices", api.register, name="devices"),
    path("devices/wiped", api.wiped, name="wiped"),
    path("package", api.package_now, name="package"),
    path("submissions", api.submissions, name="submissions"),
    path("blobs/check", api.blobs_check, name="blobs_check"),
    re_path(r"^blobs/(?P<sha256>[0-9a-f]{64})$", api.blob, name="blob"),
    path("receipts", api.receipts, name="receipts"),
]
