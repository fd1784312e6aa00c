"""Addresses of identification and what-if."""

from django.urls import path

from anlan.modules.registry.ui.identification import plans, views

app_name = "grading"
urlpatterns = [
    path("units/<uuid:pk>/", views.unit, name="unit"),
    path("results/<uuid:pk>/", views.result, name="result"),
    path("settings/<uuid:pk>/", views.settings, name="settings"),
    path("units/<uuid:pk>/what-if/", plans.what_if_unit, name="what_if"),
    path("units/<uuid:pk>/what-if/compute/", plans.compute_unit, name="compute"),
    path("units/<uuid:pk>/what-if/edit/", plans.edit_unit, name="edit"),
    path("units/<uuid:pk>/what-if/save/", plans.save, name="save"),
    path("units/<uuid:pk>/compare/", plans.compare, name="compare"),
    path("plans/<uuid:pk>/remove/", plans.remove, name="plan_remove"),
    path("trial/", plans.trial, name="trial"),
    path("trial/compute/", plans.compute_trial, name="trial_compute"),
    path("trial/edit/", plans.edit_trial, name="trial_edit"),
    path("substances/", plans.substances, name="substances"),
]
