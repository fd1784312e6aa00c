"""Addresses of early warning."""

from django.urls import path

from anlan.modules.warnings.ui import (
    figures_views,
    finding_views,
    patrol_views,
    views,
    weather_views,
)
from anlan.modules.warnings.ui.lists import WARNINGS
from anlan.modules.warnings.ui.weather_lists import WEATHER

app_name = "warnings"

urlpatterns = [
    path("patrol/", patrol_views.patrol, name="patrol"),
    path("matrix/", views.matrix_page, name="matrix"),
    path("figures/<uuid:pk>/", figures_views.show, name="figures"),
    path("figures/editions/<uuid:pk>/<slug:verb>/", figures_views.move, name="figures_move"),
    path("<uuid:pk>/", views.show, name="show"),
    path("<uuid:pk>/do/", views.do, name="do"),
    path("<uuid:pk>/finding/", finding_views.report, name="finding"),
    path("requests/<uuid:pk>/", views.answer, name="answer"),
    path("weather/new/", weather_views.new, name="weather_new"),
    path("weather/<uuid:pk>/", weather_views.show, name="weather_show"),
    *WEATHER.urls("weather/", "weather"),
    *WARNINGS.urls("", "list"),
]
