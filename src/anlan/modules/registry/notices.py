"""What people are told when a unit's standing under GB 18218 changes."""

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.kinds import Kind, register

LEVEL_WORSE = register(
    Kind(
        "registry.level_worse",
        _("%(name)s: level %(was)s → %(now)s, more severe"),
        _("%(enterprise)s. R %(r_was)s → %(r_now)s. Look at what the new level demands."),
        icon="alert-octagon",
        action=_("View the calculation"),
    )
)
LEVEL_BETTER = register(
    Kind(
        "registry.level_better",
        _("%(name)s: level %(was)s → %(now)s, less severe"),
        _("%(enterprise)s. R %(r_was)s → %(r_now)s."),
        icon="alert-octagon",
        action=_("View the calculation"),
    )
)
BECAME_MHI = register(
    Kind(
        "registry.became_mhi",
        _("%(name)s is now a major hazard installation, level %(now)s"),
        _("%(enterprise)s. S %(s_now)s, R %(r_now)s."),
        icon="alert-octagon",
        action=_("View the calculation"),
    )
)
NO_LONGER_MHI = register(
    Kind(
        "registry.no_longer_mhi",
        _("%(name)s is no longer a major hazard installation"),
        _("%(enterprise)s. S %(s_was)s → %(s_now)s."),
        icon="alert-octagon",
        action=_("View the calculation"),
    )
)
LEVEL_UNKNOWN = register(
    Kind(
        "registry.level_unknown",
        _("%(name)s: data are missing, the level can no longer be said"),
        _("%(enterprise)s. It was level %(was)s."),
        icon="circle-dashed",
        action=_("Enter what is missing"),
    )
)
