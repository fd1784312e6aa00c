"""Sessions in the database, read by one written statement: every request reads its own, and the
ORM takes longer to ask than the database to answer."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection

from anlan.base.clock import now


class SessionStore(DatabaseStore):
    """Django's own, the reading apart. The name stays: it is part of what signs the data."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; nothing, and no key, for one that is gone or expired."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM django_session"
                " WHERE session_key = %s AND expire_date > %s",
                [self.session_key, now()],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        found: dict[str, Any] = self.decode(row[0])
        return found
