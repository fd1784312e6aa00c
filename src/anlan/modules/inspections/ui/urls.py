"""Addresses of inspections."""

from django.urls import path

from anlan.modules.inspections.ui import measure_views, place_views, views
from anlan.modules.inspections.ui.lists import BOARD, CHECKLISTS, RECORDS, TASKS

app_name = "inspections"

urlpatterns = [
    path("tasks/new/", views.task_new, name="tasks_new"),
    path("tasks/suggest/", views.suggest, name="suggest"),
    path("tasks/ready/<slug:which>/", views.apply_ready, name="ready"),
    path("tasks/<uuid:pk>/", views.task_show, name="tasks_show"),
    path("tasks/<uuid:pk>/edit/", views.task_edit, name="tasks_edit"),
    path("tasks/<uuid:pk>/stop/", views.task_stop, name="tasks_stop"),
    path("tasks/<uuid:pk>/record/", views.record_new, name="record_new"),
    path("records/<uuid:pk>/", views.record_show, name="records_show"),
    path("checklists/new/", views.checklist_new, name="checklists_new"),
    path("checklists/<uuid:pk>/", views.checklist_edit, name="checklists_edit"),
    path("measures/<uuid:pk>/", measure_views.measure, name="measure"),
    path("places/labels.pdf", place_views.labels, name="labels"),
    path("places/<uuid:pk>/", place_views.place, name="place"),
    *BOARD.urls("", "board"),
    *TASKS.urls("tasks/", "tasks"),
    *RECORDS.urls("records/", "records"),
    *CHECKLISTS.urls("checklists/", "checklists"),
]
