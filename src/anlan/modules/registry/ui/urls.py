"""Addresses of the registry."""

from django.urls import path

from anlan.modules.registry.ui import enterprise_views, map_views, views
from anlan.modules.registry.ui.kinds import KINDS
from anlan.modules.registry.ui.lists import BY_KEY

app_name = "registry"

urlpatterns = [
    path("map/", map_views.show, name="map"),
    path("map.geojson", map_views.points, name="map_points"),
    path("enterprises/new/", enterprise_views.create, name="enterprises_new"),
    path("enterprises/<uuid:pk>/", enterprise_views.show, name="enterprises_show"),
    path("enterprises/<uuid:pk>/edit/", enterprise_views.edit, name="enterprises_edit"),
    path("enterprises/<uuid:pk>/remove/", enterprise_views.remove, name="enterprises_remove"),
]
for _key in KINDS:
    _given = {"key": _key}
    urlpatterns += [
        path(f"{_key}/new/", views.create, _given, name=f"{_key}_new"),
        path(f"{_key}/<uuid:pk>/", views.show, _given, name=f"{_key}_show"),
        path(f"{_key}/<uuid:pk>/edit/", views.edit, _given, name=f"{_key}_edit"),
        path(f"{_key}/<uuid:pk>/remove/", views.remove, _given, name=f"{_key}_remove"),
    ]
for _key, _page in BY_KEY.items():
    urlpatterns += _page.urls(f"{_key}/", _key)
