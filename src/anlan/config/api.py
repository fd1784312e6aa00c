"""The REST API: all routers in one place. A module adds one line."""

from typing import Any, Literal

from django.utils.translation import get_language
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from anlan import __version__
from anlan.base.api import problems
from anlan.base.api.auth import SessionAuth, TokenAuth
from anlan.base.api.docs import Docs
from anlan.base.api.limits import PerPerson
from anlan.base.duties.api import router as duties_router
from anlan.modules.commitment.api import router as commitment_router
from anlan.modules.findings.api.acts import router as findings_router
from anlan.modules.indicators.api import router as indicators_router
from anlan.modules.inspections.api.routes import router as inspections_router
from anlan.modules.inspections.api.tasks import router as tasks_router
from anlan.modules.monitoring.api_alarms import router as alarms_router
from anlan.modules.monitoring.api_groups import router as groups_router
from anlan.modules.monitoring.api_points import router as points_router
from anlan.modules.monitoring.api_video import router as video_router
from anlan.modules.registry.api.routes import routers as registry_routers
from anlan.modules.risk.api import routers as risk_routers
from anlan.modules.warnings.api import router as warnings_router
from anlan.modules.warnings.api_weather import router as weather_router


class Description(OpenAPISchema):
    """ninja's own, but each model is described once: most are the problems that all answer with."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        self._described: dict[tuple[object, ...], tuple[dict[str, Any], bool]] = {}
        super().__init__(api, path_prefix)

    def _create_schema_from_model(
        self,
        model: Any,
        by_alias: bool = True,
        remove_level: bool = True,
        mode: Literal["validation", "serialization"] = "validation",
    ) -> tuple[dict[str, Any], bool]:
        key = (model, by_alias, remove_level, mode)
        if key not in self._described:
            self._described[key] = super()._create_schema_from_model(*key)
        return self._described[key]


class Api(NinjaAPI):
    """The API; its description is made once a language, for it takes a worker long."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made: dict[tuple[object, ...], OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the description of every operation, as OpenAPI has it."""
        key = (path_prefix, *sorted((path_params or {}).items()), get_language())
        if key not in self._made:
            prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
            self._made[key] = Description(self, prefix)
        return self._made[key]


api = Api(
    title="Anlan",
    version="1",
    description="Registry, dual prevention and monitoring of hazardous-chemical enterprises, for"
    " other systems. Times are in UTC with offset, dates are dates, quantities carry their unit in"
    " the name.",
    urls_namespace="api",
    docs=Docs(),
    auth=[TokenAuth(), SessionAuth()],
    throttle=[PerPerson("600/m")],
    openapi_extra={"info": {"x-anlan-version": __version__}},
)
problems.install(api)

api.add_router("/v1", duties_router)
api.add_router("/v1", findings_router)
api.add_router("/v1", commitment_router)
api.add_router("/v1", indicators_router)
api.add_router("/v1", inspections_router)
api.add_router("/v1", tasks_router)
api.add_router("/v1", alarms_router)
api.add_router("/v1", points_router)
api.add_router("/v1", groups_router)
api.add_router("/v1", warnings_router)
api.add_router("/v1", weather_router)
api.add_router("/v1", video_router)
for router in [*registry_routers(), *risk_routers()]:
    api.add_router("/v1", router)
