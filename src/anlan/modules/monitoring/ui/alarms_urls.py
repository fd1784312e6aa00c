"""Addresses of alarms."""

from django.urls import path

from anlan.modules.monitoring.ui import alarms_views, kpi_views
from anlan.modules.monitoring.ui.alarms_lists import JOURNAL

urlpatterns = [
    path("alarms/", alarms_views.console, name="alarms"),
    path("alarms/rows/", alarms_views.rows, name="alarms_rows"),
    path("alarms/acknowledge/", alarms_views.acknowledge, name="alarms_acknowledge"),
    path("alarms/<uuid:pk>/", alarms_views.show, name="alarm"),
    path("alarms/<uuid:pk>/course/", alarms_views.course, name="alarm_course"),
    path("alarms/<uuid:pk>/finding/", alarms_views.report, name="alarm_finding"),
    path("alarms/<uuid:pk>/do/<slug:key>/", alarms_views.act, name="alarm_act"),
    *JOURNAL.urls("journal/", "journal"),
    path("kpi/", kpi_views.page, name="kpi"),
    path("kpi/report/", kpi_views.report, name="kpi_report"),
    path("kpi/improve/", kpi_views.improve, name="kpi_improve"),
    path("kpi/floods/", kpi_views.floods, name="kpi_floods"),
    path("kpi/floods/name/", kpi_views.name_flood, name="kpi_flood_name"),
    path("kpi/floods/<uuid:pk>/forget/", kpi_views.forget_flood, name="kpi_flood_forget"),
    path("kpi/<uuid:pk>/task/", kpi_views.task, name="kpi_task"),
]
