"""Addresses of early warning."""

from django.urls import path

from anlan.modules.warnings.ui import patrol_views, views
from anlan.modules.warnings.ui.lists import WARNINGS

app_name = "warnings"

urlpatterns = [
    path("patrol/", patrol_views.patrol, name="patrol"),
    path("matrix/", views.matrix_page, name="matrix"),
    path("<uuid:pk>/", views.show, name="show"),
    path("<uuid:pk>/do/", views.do, name="do"),
    path("requests/<uuid:pk>/", views.answer, name="answer"),
    *WARNINGS.urls("", "list"),
]
