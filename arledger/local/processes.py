"""The processes of an installation, written once: started locally, matched by docker-compose.yml."""

from __future__ import annotations

WEB = [
    "gunicorn",
    "arledger.wsgi:application",
    "--worker-class=gthread",
    "--threads=8",
    "--timeout=60",
    "--graceful-timeout=10",
    # Longer than programs and balancers leave their connections idle: these close them, not we beneath a request.
    "--keep-alive=75",
    "--max-requests=20000",
    "--max-requests-jitter=2000",
    "--no-control-socket",
]
WORKER = [
    "celery",
    "--app=arledger.celery",
    "worker",
    "--concurrency=2",
    "--max-tasks-per-child=500",
    "--without-gossip",
    "--without-mingle",
]
# The schedule is one tick a minute and the slots are in the database, so beat has nothing to remember.
BEAT = ["celery", "--app=arledger.celery", "beat", "--scheduler=celery.beat:Scheduler", "--pidfile="]
MIGRATE = ["manage.py", "migrate", "--database=owner", "--noinput"]


def web(bind: str) -> list[str]:
    """Arguments after ``python -m`` for web processes that listen on ``bind``; WEB_CONCURRENCY of them."""
    return [*WEB, f"--bind={bind}"]
