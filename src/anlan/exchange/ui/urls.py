"""Addresses of uploads."""

from django.urls import path

from anlan.exchange.ui import views
from anlan.exchange.ui.lists import DELIVERIES

app_name = "exchange"
urlpatterns = [
    path("endpoints/", views.endpoints, name="endpoints"),
    path("endpoints/new/", views.endpoint_new, name="endpoint_new"),
    path("endpoints/<uuid:endpoint_id>/", views.endpoint_edit, name="endpoint"),
    path("endpoints/<uuid:endpoint_id>/run/", views.endpoint_run, name="endpoint_run"),
    path("uploads/<uuid:delivery_id>/", views.delivery, name="delivery"),
    *DELIVERIES.urls("", "deliveries"),
]
