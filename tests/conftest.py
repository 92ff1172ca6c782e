"""Fixtures of all tests: real PostgreSQL and Valkey, two ways to use the database, a served application.

- ``db`` (or ``@pytest.mark.django_db``): the runtime role inside a transaction that is rolled back.
- ``committed``: the runtime role with real commits, for threads, processes and browsers. Posted facts cannot
  be deleted, so nothing is flushed: a test makes its own company and leaves it.
- ``alone``: the same on a database of the module's own, for what looks at all companies or all jobs.
- ``owner_cursor`` / ``app_cursor``: plain psycopg, to go around the services.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator

import django
import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.signals import request_finished, request_started
from django.db import connections
from django.test import override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as trying
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from pytest_django import DjangoDbBlocker

from arledger.core.database import APPLICATION_ROLE
from arledger.local.prepare import compile_messages
from tests import servers

# The same examples in every run, however slow the machine: whoever looks for more asks for them by
# `--hypothesis-profile=search`. Constants out of the modules that happen to be loaded would be tried too: others in
# each worker and in each order of the tests.
vars(providers)["_get_local_constants"] = Constants
trying.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
trying.register_profile("steady", parent=trying.get_profile("search"), derandomize=True)
trying.load_profile("steady")
# What is imported for thousands of tests stays: looking through all of it again and again, as it grows, finds nothing.
gc.disable()
# Django reads its settings once, so the environment is complete before anything uses them.
if settings.configured:
    raise pytest.UsageError(
        "Unset DJANGO_SETTINGS_MODULE: tests choose their settings and databases themselves."
    )
SERVERS = servers.start_servers()
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "arledger.settings",
    "DATABASE_URL": servers.with_database(SERVERS.runtime_url, servers.ROLLED_BACK),
    "DATABASE_OWNER_URL": servers.with_database(SERVERS.owner_url, servers.ROLLED_BACK),
    "REDIS_URL": servers.redis_database(SERVERS.redis_url),
    "ARLEDGER_SECRET_KEY": "a key for tests only, long enough to please every check of Django's",
    "ARLEDGER_HTTPS": "0",
    "ARLEDGER_DATA": str(servers.ROOT / "var" / "test"),
}
SERVERS.hand_down()
compile_messages(servers.ROOT / "locale")
django.setup()
from arledger.core.http import counting, list_tables, listing  # noqa: E402 (it needs Django set up)
from tests import build  # noqa: E402
from tests.databases import working_on  # noqa: E402

# An xdist worker inherits the environment, and pytest-django would read the settings there before this file
# does.
del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_unconfigure() -> None:
    SERVERS.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Only what the tests themselves make is garbage to look for."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long first, otherwise in the order there is (a random one)."""
    items.sort(key=lambda item: not any(item.iter_markers("long")))


@pytest.fixture(scope="session", autouse=True)
def test_settings() -> Iterator[None]:
    """Quick passwords never asked for twice, and static files from their sources instead of a collected copy.

    Counts are waited for: that a busy machine leaves them out is for the tests that ask for it.
    """
    counting.COUNT_MILLISECONDS = counting.TOTAL_MILLISECONDS = 60_000
    list_tables.COUNT_MILLISECONDS = 60_000
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}, "staticfiles": plain},
        CONFIRM_AFTER_SECONDS=0,
        WHITENOISE_AUTOREFRESH=True,
        WHITENOISE_USE_FINDERS=True,
    ):
        yield


@pytest.fixture(autouse=True)
def fresh_books() -> None:
    """The companies that are ready are new again: what the last test did to them was rolled back.

    So were the long lists that the process remembers: the next test's companies have the same keys. Those come
    again in the committed database too, so nothing is left in the cache. And a page that was opened in French
    leaves its thread speaking French.
    """
    translation.activate("en")
    cache.clear()
    assert connections.settings["default"]["NAME"] == servers.ROLLED_BACK, (
        "a fixture left tests on its database"
    )
    build.Ready.renew()
    listing.LONG.clear()


@pytest.fixture(scope="session")
def django_db_setup(test_settings: None, django_db_blocker: DjangoDbBlocker) -> None:
    """pytest-django's hook: here a copy of the migrated template for this worker, with companies in it."""
    servers.make_database(SERVERS, servers.ROLLED_BACK)
    with django_db_blocker.unblock():
        build.Ready.make()


@pytest.fixture(scope="session")
def committed_database() -> str:
    """A second copy, so that what committed tests leave never meets a rolled-back test. Returns its name."""
    servers.make_database(SERVERS, servers.COMMITTED)
    return servers.COMMITTED


@pytest.fixture
def committed(committed_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database with real commits, in this thread and in every thread the test starts."""
    with working_on(committed_database, django_db_blocker):
        yield


@pytest.fixture(scope="module")
def lone_database() -> str:
    """A copy for one module, whose tests ask about every company there is. Returns its name."""
    servers.make_database(SERVERS, servers.ALONE)
    return servers.ALONE


@pytest.fixture
def alone(lone_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """As ``committed``, where no other module has left anything."""
    with working_on(lone_database, django_db_blocker):
        yield


@pytest.fixture
def committed_environment(committed: None, committed_database: str) -> dict[str, str]:
    """The environment of a process (manage.py, gunicorn, celery) that works on the committed database."""
    return os.environ | {
        "DATABASE_URL": servers.with_database(SERVERS.runtime_url, committed_database),
        "DATABASE_OWNER_URL": servers.with_database(SERVERS.owner_url, committed_database),
    }


def plain_cursor(request: pytest.FixtureRequest, url: str) -> Iterator[psycopg.Cursor[tuple[object, ...]]]:
    """A cursor of its own connection on the database that the test's other fixtures use."""
    committed = {"committed", "live_url"} & set(request.fixturenames)
    if not committed:
        request.getfixturevalue("django_db_setup")
    name = servers.COMMITTED if committed else servers.ROLLED_BACK
    with psycopg.connect(servers.with_database(url, name)) as connection:
        connection.execute("SET lock_timeout = '60s'")
        connection.commit()
        with connection.cursor() as cursor:
            yield cursor
        connection.rollback()


@pytest.fixture
def owner_cursor(request: pytest.FixtureRequest) -> Iterator[psycopg.Cursor[tuple[object, ...]]]:
    """Signed in as the owner of the tables; what is not committed is rolled back."""
    yield from plain_cursor(request, SERVERS.owner_url)


@pytest.fixture
def app_cursor(request: pytest.FixtureRequest) -> Iterator[psycopg.Cursor[tuple[object, ...]]]:
    """Signed in as the runtime's login, in the role of the application; no company chosen."""
    for cursor in plain_cursor(request, SERVERS.runtime_url):
        cursor.execute(f"SET ROLE {APPLICATION_ROLE}")
        cursor.connection.commit()
        yield cursor


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests of tests are not worth a line each."""


class Underway:
    """How many requests are being answered at this moment."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = threading.Condition()

    def begun(self, **_signal: object) -> None:
        with self.changed:
            self.count += 1

    def ended(self, **_signal: object) -> None:
        with self.changed:
            self.count -= 1
            self.changed.notify_all()


@pytest.fixture
def live_url(committed: None) -> Iterator[str]:
    """The application, served from threads of this process on the committed database. Yields its address.

    What a browser asked for and did not wait for is answered before the test ends: later it would reach for the
    next test's database.
    """
    underway = Underway()
    request_started.connect(underway.begun, sender=WSGIHandler)
    request_finished.connect(underway.ended, sender=WSGIHandler)
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    server.daemon_threads = True
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        with underway.changed:
            answered = underway.changed.wait_for(lambda: underway.count <= 0, timeout=60)
        request_started.disconnect(underway.begun, sender=WSGIHandler)
        request_finished.disconnect(underway.ended, sender=WSGIHandler)
        assert answered, "a request outlives its test"
