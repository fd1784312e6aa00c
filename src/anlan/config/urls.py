"""All addresses. A module adds one line."""

from django.urls import include, path

from anlan.base.actors.ui import single_sign_on
from anlan.base.inbox.views import home
from anlan.config.api import api
from anlan.modules.inspections.ui.place_views import place

urlpatterns = [
    path("", include("anlan.base.ui.urls")),
    path("", home, name="home"),
    path("inbox/", include("anlan.base.inbox.urls")),
    # In front of allauth's own at the same addresses.
    path("accounts/oidc/<str:provider_id>/login/", single_sign_on.login),
    path("accounts/oidc/<str:provider_id>/login/callback/", single_sign_on.callback),
    path("accounts/", include("allauth.urls")),
    path("api/pocket/", include("anlan.base.pocket.api_urls")),
    path("api/", api.urls),
    path("", include("anlan.base.actors.ui.urls")),
    path("", include("anlan.base.live.urls")),
    path("files/", include("anlan.base.files.urls")),
    path("history/", include("anlan.base.audit.ui.urls")),
    path("jobs/", include("anlan.base.jobs.urls")),
    path("phones/", include("anlan.base.pocket.urls")),
    path("papers/", include("anlan.base.papers.urls")),
    path("drafts/", include("anlan.base.drafts.urls")),
    path("", include("anlan.base.lists.urls")),
    path("imports/", include("anlan.base.imports.urls")),
    path("duties/", include("anlan.base.duties.ui.urls")),
    path("registry/", include("anlan.modules.registry.ui.urls")),
    path("inspections/", include("anlan.modules.inspections.ui.urls")),
    path("p/at/<uuid:pk>/", place, name="place_at"),
    path("findings/", include("anlan.modules.findings.ui.urls")),
    path("monitoring/", include("anlan.modules.monitoring.ui.urls")),
    path("warnings/", include("anlan.modules.warnings.ui.urls")),
    path("risk/", include("anlan.modules.risk.ui.urls")),
    path("grading/", include("anlan.modules.registry.ui.identification.urls")),
    path("ledgers/", include("anlan.modules.ledgers.ui.urls")),
    path("indicators/", include("anlan.modules.indicators.ui.urls")),
    path("exchange/", include("anlan.exchange.ui.urls")),
    path("commitment/", include("anlan.modules.commitment.ui.urls")),
]

handler400 = "anlan.base.ui.failures.bad_request"
handler403 = "anlan.base.ui.failures.forbidden"
handler404 = "anlan.base.ui.failures.not_found"
handler500 = "anlan.base.ui.failures.server_error"
