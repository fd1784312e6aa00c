"""Addresses of findings."""

from django.urls import path

from anlan.modules.findings.ui import boards, outside, repeats, views
from anlan.modules.findings.ui.lists import FINDINGS, FLAGS

app_name = "findings"

urlpatterns = [
    path("new/", views.report, name="new"),
    path("tell/", views.employee_report, name="employee"),
    path("confirm/", views.confirm_many, name="confirm_many"),
    path("board/", boards.board, name="board"),
    path("clearing/", boards.clearing, name="clearing"),
    path("repeated/", repeats.repeated, name="repeated"),
    path("repeated/group/", repeats.group, name="repeated_group"),
    path("outside/new/", outside.new, name="outside_new"),
    path("outside/<uuid:pk>/", outside.show, name="outside_show"),
    path("outside/<uuid:pk>/edit/", outside.edit, name="outside_edit"),
    path("outside/<uuid:pk>/<slug:move>/", outside.move, name="outside_move"),
    *outside.INSPECTIONS.urls("outside/", "outside"),
    path("flag/<uuid:pk>/", views.flag, name="flag"),
    path("extensions/<uuid:pk>/<slug:verdict>/", views.decide, name="decide"),
    path("<uuid:pk>/", views.show, name="show"),
    path("<uuid:pk>/do/<slug:key>/", views.act, name="act"),
    path("<uuid:pk>/link/", views.link, name="link"),
    *FLAGS.urls("flags/", "flags"),
    *FINDINGS.urls("", "list"),
]
