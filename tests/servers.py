"""The PostgreSQL and Valkey that tests run on: the product's own embedded servers, quick and forgetful.

A migrated cluster is kept in var/test and made anew when a migration changes. Each run of pytest copies it,
starts its own servers on the copy and throws it away, so that several runs do not meet. With DATABASE_URL
(and DATABASE_OWNER_URL, whose role may create databases) tests run on that server instead, with REDIS_URL on
that one.
"""

from __future__ import annotations

import ast
import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from arledger.local import child, postgres, valkey
from arledger.local.binaries import find_binaries
from arledger.local.child import Program
from arledger.local.identity import server_identity
from arledger.local.place import Place, find_place
from arledger.local.secrets import Secrets, keep_secrets

ROOT = Path(__file__).resolve().parent.parent
HANDED_DOWN = "ARLEDGER_TEST_SERVERS"
TEMPLATE = "arledger_template"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
ROLLED_BACK = f"arledger_test_{WORKER}"
COMMITTED = f"arledger_test_{WORKER}_committed"
ALONE = f"arledger_test_{WORKER}_alone"
FIRST_KEY = 10_000_000


@dataclass
class Servers:
    """Where the servers of this run are, and the processes if this process started them."""

    runtime_url: str
    owner_url: str
    redis_url: str
    key: str
    home: Path | None = None
    running: list[tuple[Program, subprocess.Popen[bytes]]] = field(default_factory=list)

    def hand_down(self) -> None:
        """Let the xdist workers, which inherit our environment, use the same servers."""
        names = ("runtime_url", "owner_url", "redis_url", "key")
        os.environ[HANDED_DOWN] = json.dumps({name: getattr(self, name) for name in names})

    def stop(self) -> None:
        os.environ.pop(HANDED_DOWN, None)
        for program, process in reversed(self.running):
            process.send_signal(signal.SIGQUIT if program.name == "postgres" else signal.SIGKILL)
            process.wait()
        if self.home is not None:
            shutil.rmtree(self.home, ignore_errors=True)


def start_servers() -> Servers:
    """The servers of this run: handed down by the controller, named by the environment, or our own."""
    if handed := os.environ.get(HANDED_DOWN):
        return Servers(**json.loads(handed))
    runtime_url = os.environ.get("DATABASE_URL", "")
    if runtime_url and os.environ.get("REDIS_URL"):
        owner_url = os.environ.get("DATABASE_OWNER_URL") or runtime_url
        servers = Servers(runtime_url, owner_url, os.environ["REDIS_URL"], migrations_key())
        make_template(servers.runtime_url, servers.owner_url, servers.key)
        return servers
    return start_own()


def start_own() -> Servers:
    data = ROOT / "var" / "test"
    place = find_place(data, find_binaries(), server_identity(data))
    secrets = keep_secrets(data)
    with lock(place.home / "lock"):
        remove_dead_runs(place)
        cluster = kept_cluster(place, secrets)
        run = sub_place(place, f"run-{os.getpid()}")
        subprocess.run(
            ["cp", "-a", cluster, run.postgres], check=True, cwd="/", **run.identity.popen_arguments()
        )
    servers = Servers(
        postgres.database_url(run, "arledger_web", secrets.web, TEMPLATE),
        postgres.database_url(run, "arledger_owner", secrets.owner, TEMPLATE),
        "",
        migrations_key(),
        run.home,
    )
    start_one(servers, postgres.program(run, secrets, run.home / "postgres.log", postgres.FORGETFUL))
    port = valkey.free_port()
    start_one(servers, valkey.program(run, secrets, port, run.home / "valkey.log", durable=False))
    servers.redis_url = valkey.valkey_url(port, secrets)
    return servers


def start_one(servers: Servers, program: Program) -> None:
    process = child.start(program)
    servers.running.append((program, process))
    child.wait_until_ready(program, process)


def kept_cluster(place: Place, secrets: Secrets) -> Path:
    """The migrated cluster for today's migrations, made when missing; older ones are removed."""
    name = f"cluster-{migrations_key()}"
    kept = place.home / name
    if not kept.exists():
        for old in place.home.glob("cluster-*"):
            shutil.rmtree(old)
        making = sub_place(place, "making")
        shutil.rmtree(making.home)
        making = sub_place(place, "making")
        postgres.initialise(making, secrets)
        program = postgres.program(making, secrets, making.home / "postgres.log", postgres.FORGETFUL)
        process = child.start(program)
        try:
            child.wait_until_ready(program, process)
            postgres.make_roles(making, secrets)
            with psycopg.connect(
                postgres.database_url(making, postgres.BOOTSTRAP, secrets.bootstrap, "postgres"),
                autocommit=True,
            ) as connection:
                connection.execute("ALTER ROLE arledger_owner CREATEDB")
            make_template(
                postgres.database_url(making, "arledger_web", secrets.web),
                postgres.database_url(making, "arledger_owner", secrets.owner),
                migrations_key(),
            )
        finally:
            child.stop(program, process)
        making.postgres.rename(kept)
    return kept


def make_template(runtime_url: str, owner_url: str, key: str) -> None:
    """A database with every migration applied, which the tests' databases are copies of."""
    with maintenance(owner_url) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [TEMPLATE]
        ).fetchone()
        if found and found[0] == key:
            return
        name = sql.Identifier(TEMPLATE)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
        environment = os.environ | {
            "DATABASE_URL": with_database(runtime_url, TEMPLATE),
            "DATABASE_OWNER_URL": with_database(owner_url, TEMPLATE),
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "ARLEDGER_DATA": str(ROOT / "var" / "test"),
        }
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--database=owner", "--verbosity=0", "--skip-checks"],
            cwd=ROOT,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"The migrations fail:\n{done.stdout}{done.stderr}")
        spread_keys(with_database(owner_url, TEMPLATE))
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(key)))


def spread_keys(url: str) -> None:
    """Give each table keys of its own, far from those of all others and from every number that a test invents.

    So a key of the wrong kind never happens to be a right one, however many rows the tests before have made.
    """
    with psycopg.connect(url) as connection:
        sequences = connection.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'S' ORDER BY 1, 2"
        ).fetchall()
        for place, (schema, name) in enumerate(sequences, start=1):
            connection.execute(
                sql.SQL("ALTER SEQUENCE {} RESTART WITH {}").format(
                    sql.Identifier(schema, name), sql.Literal(FIRST_KEY * place)
                )
            )


def make_database(servers: Servers, name: str) -> None:
    """A fresh copy of the migrated template."""
    with maintenance(servers.owner_url) as connection:
        database, template = sql.Identifier(name), sql.Identifier(TEMPLATE)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(database, template)
        )


@contextmanager
def maintenance(owner_url: str) -> Iterator[psycopg.Connection[tuple[str | None, ...]]]:
    with psycopg.connect(with_database(owner_url, "postgres"), autocommit=True) as connection:
        yield connection


def with_database(url: str, name: str) -> str:
    return make_conninfo("", **{**conninfo_to_dict(url), "dbname": name})


def redis_database(url: str) -> str:
    """Another numbered database of the same server for each xdist worker."""
    number = int(WORKER.removeprefix("gw")) + 1 if WORKER.startswith("gw") else 0
    return f"{url.rsplit('/', 1)[0]}/{number}"


def sub_place(place: Place, name: str) -> Place:
    """A folder of its own for one cluster and its socket, within the place of all tests."""
    home, sockets = place.home / name, place.sockets / name
    for folder in (home, sockets):
        folder.mkdir(exist_ok=True, mode=0o700)
        place.identity.own(folder)
    return dataclasses.replace(place, home=home, sockets=sockets)


def remove_dead_runs(place: Place) -> None:
    """Throw away what runs left that were killed."""
    for folder in place.home.glob("run-*"):
        if child.living(int(folder.name.removeprefix("run-"))) is None:
            postgres.clear_leftovers(folder / "postgres")
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(place.sockets / folder.name, ignore_errors=True)


@contextmanager
def lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrations_key() -> str:
    """A hash of everything that the migrated database depends on."""
    files = {ROOT / "requirements.txt", ROOT / "arledger/local/roles.sql", ROOT / "tests/servers.py"}
    files |= {*ROOT.glob("*/migrations/**/*"), *ROOT.glob("arledger/*/migrations/**/*")}
    files |= {module for file in files if file.suffix == ".py" for module in imported(file)}
    digest = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file() and file.suffix != ".pyc"):
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def imported(file: Path) -> Iterator[Path]:
    """The project's own modules that a migration imports from."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            base = ROOT / node.module.replace(".", "/")
            for candidate in (base.with_suffix(".py"), *(base / f"{alias.name}.py" for alias in node.names)):
                if candidate.is_file():
                    yield candidate
