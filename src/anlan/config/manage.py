"""Django's management commands: `python -m anlan.config.manage …`."""

import os
import sys

from anlan.config.memory import ease


def main() -> None:
    """Run a management command with Anlan's settings.

    Whoever can start this holds the database's password already, so the second wall
    (row-level security) is opened; the background worker is the exception: its jobs bind
    the scope of the person they work for.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    if "procrastinate" not in sys.argv[1:2]:
        os.environ.setdefault("ANLAN_OPEN_WALL", "1")
    ease()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
