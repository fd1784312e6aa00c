"""Settings of a served product for journeys of Pocket: its own, with an invented round."""

from anlan.config.settings import *  # noqa: F403

INSTALLED_APPS += ["tests.support.field"]  # noqa: F405
