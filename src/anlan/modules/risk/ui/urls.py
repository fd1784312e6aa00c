"""Addresses of the risk register."""

from django.urls import path

from anlan.modules.risk.ui import actions, site_plan, views
from anlan.modules.risk.ui.kinds import KINDS
from anlan.modules.risk.ui.lists import PAGES

app_name = "risk"

urlpatterns = [
    path("", views.index, name="index"),
    path("gaps/", views.gaps, name="gaps"),
    path("value/", views.value, name="value"),
    path("map/", site_plan.colour_map, name="map"),
    path("map.geojson", site_plan.map_points, name="map_points"),
    path("matrix/", actions.method, name="method"),
    path("shutdowns/", actions.shutdown_list, name="shutdowns"),
    path("shutdowns/<uuid:pk>/end/", actions.shutdown_end, name="shutdown_end"),
    path("units/<uuid:pk>/shutdown/", actions.shutdown_start, name="shutdown_start"),
    path("units/<uuid:pk>/template/", actions.template, name="template"),
    path("objects/<uuid:pk>/many/", actions.many_units, name="many_units"),
    path("copy/<str:kind>/<uuid:pk>/", actions.copy, name="copy"),
    path("objects/<uuid:pk>/editions/", actions.edition_list, name="editions"),
    path("objects/<uuid:pk>/editions/begin/", actions.edition_begin, name="edition_begin"),
    path("editions/<uuid:pk>/<str:move>/", actions.edition_move, name="edition_move"),
    path("branch/<str:kind>/<uuid:pk>/", views.branch, name="branch"),
]
for _noun in KINDS:
    _given = {"noun": _noun}
    urlpatterns += [
        path(f"{_noun}/new/", views.create, _given, name=f"{_noun}_new"),
        path(f"{_noun}/<uuid:pk>/", views.show, _given, name=f"{_noun}_show"),
        path(f"{_noun}/<uuid:pk>/edit/", views.edit, _given, name=f"{_noun}_edit"),
        path(f"{_noun}/<uuid:pk>/remove/", views.remove, _given, name=f"{_noun}_remove"),
    ]
for _name, (_prefix, _page) in PAGES.items():
    urlpatterns += _page.urls(_prefix, _name)
