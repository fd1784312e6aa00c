"""`/healthz`, `/readyz` and `/metrics`, for supervisors, load balancers and Prometheus.

`/healthz`: the process answers. `/readyz`: it can work, that is, the database answers and has
this version's tables; the message server is reported, but screens work without it. `/metrics`
needs the token in ANLAN_METRICS_TOKEN and is not there without one: behind a proxy on the same
machine every visitor would look local.

They are answered by a middleware in front of all others, because those ask the database who is
calling, and a check that fails with the database cannot report on it.
"""

import hmac
import socket
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Gauge,
    generate_latest,
)

from anlan import __version__
from anlan.config import nats_address
from anlan.telemetry import client

_tables_are_current = False


class HealthMiddleware:
    """Answers the three pages and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.pages = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or pass on."""
        page = self.pages.get(request.path)
        return page(request) if page else self.get_response(request)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive; asks nobody else."""
    return JsonResponse({"status": "ok", "version": __version__})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served, 503 otherwise."""
    checks = {"database": _database(), "messages": _messages()}
    ready = checks["database"] == "ok"
    if ready:
        checks["worker"] = _worker()
    body = {"status": "ok" if ready else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


def _database() -> str:
    global _tables_are_current
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _tables_are_current:
            # Tables only ever become current while this version runs, so ask until they are.
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "migrations are pending"
            _tables_are_current = True
    except DatabaseError:
        return "down"
    return "ok"


def _worker() -> str:
    """Whether a worker showed a sign of life lately; procrastinate writes one every 10 s."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - interval '60 seconds'"
        )
        return "ok" if cursor.fetchone()[0] else "down"


def _messages() -> str:
    for one in nats_address.apart(settings.NATS_URL):
        try:
            with socket.create_connection(nats_address.place(one), timeout=1):
                return "ok"
        except OSError:
            continue
    return "down"


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures of the whole installation, read from the database at each scrape, and of the
    process that answers."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(token.encode(), given.encode()):
        return HttpResponseNotFound()
    # The second part is of this process alone: what its parts count as they work.
    text = generate_latest(_collect()) + generate_latest(REGISTRY)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _collect() -> CollectorRegistry:
    registry = CollectorRegistry()
    info = Gauge("anlan_info", "Version of Anlan.", ["version"], registry=registry)
    info.labels(__version__).set(1)
    jobs = Gauge("anlan_jobs", "Background jobs by state.", ["state"], registry=registry)
    oldest = Gauge(
        "anlan_oldest_waiting_job_seconds",
        "Age of the longest waiting job that is due.",
        registry=registry,
    )
    size = Gauge("anlan_database_bytes", "Size of the database.", registry=registry)
    sessions = Gauge("anlan_database_connections", "Open connections.", registry=registry)
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
        for state, count in cursor.fetchall():
            jobs.labels(state).set(count)
        cursor.execute(
            """SELECT coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))), 0)
               FROM procrastinate_jobs j
               JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
               WHERE j.status = 'todo' AND coalesce(j.scheduled_at, now()) <= now()"""
        )
        oldest.set(float(cursor.fetchone()[0]))
        cursor.execute(
            """SELECT pg_database_size(current_database()),
                      (SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database())"""
        )
        total, open_now = cursor.fetchone()
        size.set(total)
        sessions.set(open_now)
    _collect_history(registry)
    return registry


def _collect_history(registry: CollectorRegistry) -> None:
    """What the store of measured values says of itself; that it is away is a figure, too."""
    there = Gauge("anlan_historian_up", "Whether the historian answers.", registry=registry)
    try:
        told = client.status(timeout_s=1.0)
    except client.NoHistorian:
        there.set(0)
        return
    there.set(1)
    for name, words in (
        ("rows", "Samples stored since its start."),
        ("inserts", "Inserts since its start."),
        ("insert_seconds", "Seconds spent inserting since its start."),
        ("torn", "Messages that could not be read, since its start."),
        ("lag_messages", "Batches that wait for the store."),
        ("tags", "Tags with a value."),
    ):
        Gauge(f"anlan_historian_{name}", words, registry=registry).set(told[name])
    held = Gauge("anlan_historian_bytes", "Bytes on disk.", ["table"], registry=registry)
    for table, sizes in told["tables"].items():
        held.labels(table).set(sizes["bytes"])
