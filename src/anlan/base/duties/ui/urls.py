"""Addresses of duties."""

from django.urls import path

from anlan.base.duties.ui import plan_views, rule_views, views
from anlan.base.duties.ui.lists import EXEMPTIONS, PLANS, SHIFTS, SUBSTITUTES, WARNINGS

app_name = "duties"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("<uuid:pk>/", views.show, name="show"),
    path("<uuid:pk>/done/", views.done, name="done"),
    path("<uuid:pk>/hand-over/", views.hand_over, name="hand_over"),
    path("warnings/<uuid:pk>/", views.warning, name="warning"),
    path("warnings/<uuid:pk>/clear/", views.warning_clear, name="warning_clear"),
    path("warnings/clear/", views.warnings_clear, name="warnings_clear"),
    path("plans/new/", plan_views.plan_new, name="plan_new"),
    path("plans/<uuid:pk>/", plan_views.plan, name="plan"),
    path("plans/<uuid:pk>/edit/", plan_views.plan_edit, name="plan_edit"),
    path("plans/<uuid:pk>/stop/", plan_views.plan_stop, name="plan_stop"),
    path("shifts/new/", plan_views.shift_new, name="shift_new"),
    path("shifts/<uuid:pk>/edit/", plan_views.shift_edit, name="shift_edit"),
    path("substitutes/new/", plan_views.substitute_new, name="substitute_new"),
    path("substitutes/<uuid:pk>/", plan_views.substitute, name="substitute"),
    path("exemptions/new/", rule_views.exemption_new, name="exemption_new"),
    path("exemptions/<uuid:pk>/", rule_views.exemption, name="exemption"),
    path("ladder/", views.ladder_page, name="ladder"),
    path("ladder/<str:trigger>/<str:condition>/<int:colour>/", rule_views.rung, name="rung"),
    path(
        "ladder/<str:trigger>/<str:condition>/<int:colour>/restore/",
        rule_views.rung_restore,
        name="rung_restore",
    ),
    *WARNINGS.urls("warnings/", "warnings"),
    *PLANS.urls("plans/", "plans"),
    *SHIFTS.urls("shifts/", "shifts"),
    *SUBSTITUTES.urls("substitutes/", "substitutes"),
    *EXEMPTIONS.urls("exemptions/", "exemptions"),
]
