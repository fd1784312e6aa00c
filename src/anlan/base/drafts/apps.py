"""The Django app."""

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    """Drafts of forms."""

    name = "anlan.base.drafts"
    label = "drafts"
