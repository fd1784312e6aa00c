"""Addresses of monitoring. Each owner of screens adds one list."""

from django.urls import path
from django.urls.resolvers import URLPattern

from anlan.modules.monitoring.ui import (
    alarms_urls,
    group_urls,
    live_values,
    overview_views,
    register_urls,
    trend_views,
)

app_name = "monitoring"
urlpatterns: list[URLPattern] = [
    path("trends/", trend_views.page, name="trends"),
    path("trends/data/", trend_views.data, name="trends_data"),
    path("trends/sparks/", trend_views.sparks, name="trends_sparks"),
    path("trends/export/", trend_views.export, name="trends_export"),
    path("", overview_views.index, name="overview"),
    path("plants/<uuid:pk>/", overview_views.plant, name="plant"),
    path("plants/<uuid:pk>/alarms/", overview_views.alarms_part, name="plant_alarms"),
    path("wall/", overview_views.wall, name="wall"),
    path("wall/<uuid:pk>/", overview_views.wall, name="wall_of"),
    path("wall/<uuid:pk>/part/", overview_views.wall_part, name="wall_part"),
    path("live/<uuid:enterprise_id>/", live_values.live, name="live"),
    *register_urls.urlpatterns,
    *alarms_urls.urlpatterns,
    *group_urls.urlpatterns,
]
