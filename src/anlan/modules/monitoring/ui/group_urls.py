"""Addresses of groups of tags."""

from django.urls import path

from anlan.modules.monitoring.ui import group_views
from anlan.modules.monitoring.ui.group_lists import GROUPS

urlpatterns = [
    path("groups/new/", group_views.create, name="groups_new"),
    path("groups/<uuid:pk>/", group_views.show, name="groups_show"),
    path("groups/<uuid:pk>/edit/", group_views.edit, name="groups_edit"),
    path("groups/<uuid:pk>/fit/", group_views.fit, name="groups_fit"),
    path("groups/fits/<uuid:pk>/restore/", group_views.restore, name="groups_restore"),
    path("groups/<uuid:pk>/remove/", group_views.remove, name="groups_remove"),
    *GROUPS.urls("groups/", "groups"),
]
