"""Addresses of points, alarm settings, their changes and data sources."""

from django.urls import path

from anlan.modules.monitoring.ui import (
    change_views,
    point_views,
    source_views,
    system_views,
    video_views,
)
from anlan.modules.monitoring.ui.lists import CHANGES, POINTS, SETTINGS, SOURCES
from anlan.modules.monitoring.ui.system_lists import DEVICES
from anlan.modules.monitoring.ui.video_lists import VIDEO

urlpatterns = [
    path("points/new/", point_views.create, name="points_new"),
    path("points/<uuid:pk>/", point_views.show, name="points_show"),
    path("points/<uuid:pk>/edit/", point_views.edit, name="points_edit"),
    path("points/<uuid:pk>/remove/", point_views.remove, name="points_remove"),
    path("points/<uuid:pk>/alarms/new/", point_views.setting_new, name="settings_new"),
    path("settings/<uuid:pk>/", point_views.setting_show, name="settings_show"),
    path("settings/<uuid:pk>/edit/", point_views.setting_edit, name="settings_edit"),
    path("settings/<uuid:pk>/change/", change_views.request_change, name="changes_new"),
    path("changes/<uuid:pk>/", change_views.show, name="changes_show"),
    path("changes/<uuid:pk>/<slug:verb>/", change_views.move, name="changes_move"),
    path("sources/new/", source_views.create, name="sources_new"),
    path("sources/<uuid:pk>/", source_views.show, name="sources_show"),
    path("sources/<uuid:pk>/edit/", source_views.edit, name="sources_edit"),
    path("sources/<uuid:pk>/remove/", source_views.remove, name="sources_remove"),
    path("sources/<uuid:pk>/tokens/", source_views.token_issue, name="sources_token"),
    path("sources/tokens/<uuid:pk>/revoke/", source_views.token_revoke, name="sources_revoke"),
    path("systems/", system_views.overview, name="systems"),
    path(
        "systems/of/<uuid:enterprise_id>/<slug:system>/", system_views.state, name="systems_state"
    ),
    path("devices/new/", system_views.device_new, name="devices_new"),
    path("devices/<uuid:pk>/", system_views.device_show, name="devices_show"),
    path("devices/<uuid:pk>/edit/", system_views.device_edit, name="devices_edit"),
    path("devices/<uuid:pk>/remove/", system_views.device_remove, name="devices_remove"),
    path("video/<uuid:pk>/", video_views.show, name="video_show"),
    path("video/<uuid:pk>/finding/", video_views.report, name="video_finding"),
    *VIDEO.urls("video/", "video"),
    *DEVICES.urls("devices/", "devices"),
    *POINTS.urls("points/", "points"),
    *SETTINGS.urls("settings/", "settings"),
    *CHANGES.urls("changes/", "changes"),
    *SOURCES.urls("sources/", "sources"),
]
