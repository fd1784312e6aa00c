"""Address of the event stream."""

from django.urls import path

from anlan.base.live.views import live

urlpatterns = [path("live/", live, name="live")]
