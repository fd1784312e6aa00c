"""Addresses of imports."""

from django.urls import path

from anlan.base.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.index, name="index"),
    path("run/<uuid:run_id>/", views.run, name="run"),
    path("run/<uuid:run_id>/progress/", views.progress, name="progress"),
    path("run/<uuid:run_id>/apply/", views.apply, name="apply"),
    path("run/<uuid:run_id>/cancel/", views.cancel, name="cancel"),
    path("run/<uuid:run_id>/again/", views.again, name="again"),
    path("run/<uuid:run_id>/<str:which>.xlsx", views.file, name="file"),
    path("<slug:name>/", views.sheet, name="sheet"),
    path("<slug:name>/template.xlsx", views.template, name="template"),
]
