"""The address of history."""

from anlan.base.audit.ui.listing import HISTORY

app_name = "audit"
urlpatterns = [*HISTORY.urls("", "history")]
