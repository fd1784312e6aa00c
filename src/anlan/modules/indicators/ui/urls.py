"""Addresses of indicators."""

from django.urls import path

from anlan.modules.indicators.ui import views
from anlan.modules.indicators.ui.lists import SCORES

app_name = "indicators"

urlpatterns = [
    path("enterprises/<uuid:pk>/", views.enterprise, name="enterprise"),
    path("enterprises/<uuid:pk>/duties/", views.duties, name="duties"),
    path("enterprises/<uuid:pk>/findings/", views.findings, name="findings"),
    *SCORES.urls("scores/", "scores"),
]
