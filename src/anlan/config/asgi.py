"""The ASGI application that granian serves."""

# ruff: noqa: E402 - loading is what is made easy

import os

from anlan.config.memory import ease, settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
ease()

from django.core.asgi import get_asgi_application

from anlan.base.files.kinds import all_kinds
from anlan.base.imports.body_limit import BodyLimit
from anlan.base.imports.limits import max_bytes

_django = get_asgi_application()
# The largest file that any page takes, and room for the form around it.
_MOST = max(max_bytes(), *(kind.max_bytes for kind in all_kinds().values())) + 1_000_000
application = BodyLimit(_django, _MOST)  # type: ignore[arg-type]
settle()
