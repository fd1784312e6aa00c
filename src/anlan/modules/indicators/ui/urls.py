"""Addresses of indicators."""

from django.urls import path

from anlan.modules.indicators.ui import incentive_views, report_views, views
from anlan.modules.indicators.ui.lists import SCORES

app_name = "indicators"

urlpatterns = [
    path("enterprises/<uuid:pk>/", views.enterprise, name="enterprise"),
    path("enterprises/<uuid:pk>/duties/", views.duties, name="duties"),
    path("enterprises/<uuid:pk>/findings/", views.findings, name="findings"),
    path("analysis/", report_views.analysis, name="analysis"),
    path("evaluation/", report_views.evaluation, name="evaluation"),
    path("advice/", report_views.advice, name="advice"),
    path("parameters/", report_views.parameter_page, name="parameters"),
    path("rules/", incentive_views.rules, name="rules"),
    path("rules/new/", incentive_views.rule_new, name="rule_new"),
    path("rules/adopt/", incentive_views.rules_adopt, name="rules_adopt"),
    path("rules/<uuid:pk>/stop/", incentive_views.rule_stop, name="rule_stop"),
    path("incentives/months/", incentive_views.months, name="incentive_months"),
    path("incentives/new/", incentive_views.incentive_new, name="incentive_new"),
    path("incentives/<uuid:pk>/", incentive_views.incentive_revoke, name="incentive_revoke"),
    *SCORES.urls("scores/", "scores"),
    *incentive_views.LEDGER.urls("incentives/", "incentives"),
]
