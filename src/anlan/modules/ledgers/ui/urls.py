"""Addresses of the special ledgers."""

from django.urls import path

from anlan.modules.ledgers.ui import views
from anlan.modules.ledgers.ui.lists import PAGES

app_name = "ledgers"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("<slug:code>/areas/", views.areas, name="areas"),
    path("<slug:code>/print/", views.table, name="print"),
    path("<slug:code>/official.xlsx", views.workbook, name="official"),
    path("<slug:code>/<uuid:subject_id>/", views.entry, name="entry"),
    path("<slug:code>/<uuid:subject_id>/off/", views.take_off, name="take_off"),
]
for _code, _list in PAGES.items():
    urlpatterns += _list.urls(f"{_code}/", _code)
