"""Addresses of monitoring. Each owner of screens adds one list."""

from django.urls import path
from django.urls.resolvers import URLPattern

from anlan.modules.monitoring.ui import live_values, register_urls, trend_views

app_name = "monitoring"
urlpatterns: list[URLPattern] = [
    path("trends/", trend_views.page, name="trends"),
    path("trends/data/", trend_views.data, name="trends_data"),
    path("trends/sparks/", trend_views.sparks, name="trends_sparks"),
    path("trends/export/", trend_views.export, name="trends_export"),
    path("live/<uuid:enterprise_id>/", live_values.live, name="live"),
    *register_urls.urlpatterns,
]
