"""The risk register for other systems: the same registers as the screens, and the whole chain."""

from ninja import Router

from anlan.modules.registry.api.registers import Endpoints, register_router
from anlan.modules.risk.api.chain import router as chain_router
from anlan.modules.risk.ui.kinds import KINDS


def routers() -> list[Router]:
    """Return one router a register of the chain, parents first, then that of the whole."""
    return [
        *(
            register_router(
                Endpoints(
                    f"risk_{noun}",
                    "Risk register",
                    kind.model,
                    ("code", "id"),
                    kind.register.fields,
                    kind.create,
                    kind.update,
                    kind.remove,
                )
            )
            for noun, kind in KINDS.items()
        ),
        chain_router,
    ]
