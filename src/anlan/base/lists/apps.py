"""The Django app."""

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """Lists."""

    name = "anlan.base.lists"
    label = "lists"
