"""Settings of a served product for journeys of Pocket: its own, with an invented round."""

import os
from pathlib import Path

from django.conf.global_settings import PASSWORD_HASHERS as USUAL_HASHERS

from anlan.config.settings import *  # noqa: F403

INSTALLED_APPS += ["tests.support.field"]  # noqa: F405
# The test's people have their passwords from the test. First, or a right password would be hashed
# anew, which ends the session that proved it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *USUAL_HASHERS]

# A newer build of web/, as after an upgrade: it lies in a folder `dist` of its own.
if dist := os.environ.get("ANLAN_TEST_DIST"):
    STATICFILES_DIRS = [Path(dist).parent, *STATICFILES_DIRS]  # noqa: F405
    DJANGO_VITE["default"]["manifest_path"] = Path(dist) / "manifest.json"  # noqa: F405
