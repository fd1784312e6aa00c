"""All addresses. A module adds one line."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("anlan.base.live.urls")),
    path("files/", include("anlan.base.files.urls")),
    path("jobs/", include("anlan.base.jobs.urls")),
]
