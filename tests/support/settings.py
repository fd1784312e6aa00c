"""Settings of the test run: the product's own, entered as the owner who builds the database."""

import os

os.environ.setdefault("ANLAN_SECRET_KEY", "only-for-tests-" + "x" * 32)
os.environ["ANLAN_DB_AS_OWNER"] = "1"
os.environ["ANLAN_OPEN_WALL"] = "1"

from tests.support.engines import ensure_engines

ensure_engines()

from anlan.config.settings import *  # noqa: E402, F403 - needs the engines' addresses

# Tests make many accounts; a slow hash would be most of their time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A paper must look the same everywhere: tests never meet the fonts of the machine.
PAPERS_SYSTEM_FONTS = False
