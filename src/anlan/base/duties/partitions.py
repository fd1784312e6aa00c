"""Months of the instances' table, made as they are needed.

The application's role owns no tables and cannot make one; a function of the owner (see the first
migration) makes months, and takes moments and nothing else.
"""

from datetime import datetime

from django.db import connection


def make_months(first: datetime, last: datetime) -> int:
    """Make the months between two moments that are missing; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT duties_make_months(%s, %s)", [first, last])
        made: int = cursor.fetchone()[0]
    return made
