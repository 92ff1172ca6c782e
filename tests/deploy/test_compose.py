"""The production files say what the settings read and what the process list runs."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from arledger.local import postgres, probe, processes, valkey
from arledger.local.probe import ready
from tests import servers

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = ["migrate", "web", "worker", "beat"]
SERVING = ["web", "worker", "beat"]
# Read by programs other than the settings.
ELSEWHERE = {"WEB_CONCURRENCY", "ARLEDGER_LIFE_FILE"}


def settings_names() -> set[str]:
    """Every environment variable that the settings read."""
    text = (ROOT / "arledger" / "settings.py").read_text()
    return set(re.findall(r"""(?:setting|flag|environ\.get)\(\s*"([A-Z_]+)\"""", text))


def image_environment() -> set[str]:
    return set(re.findall(r"\b(ARLEDGER_[A-Z_]+)=", DOCKERFILE))


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("migrate", ["python", *processes.MIGRATE]),
        ("web", ["python", "-m", *processes.web("0.0.0.0:8000")]),
        ("worker", ["python", "-m", *processes.WORKER]),
        ("beat", ["python", "-m", *processes.BEAT]),
    ],
)
def test_it_runs_the_same_processes(service: str, expected: list[str]) -> None:
    assert SERVICES[service]["command"] == expected


def test_the_image_serves_by_default() -> None:
    (command,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert yaml.safe_load(command) == ["python", "-m", *processes.web("0.0.0.0:8000")]


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_one_that_is_read(service: str) -> None:
    given = set(SERVICES[service]["environment"])
    assert given <= settings_names() | ELSEWHERE
    needed = {"DATABASE_URL", "REDIS_URL", "ARLEDGER_SECRET_KEY", "ARLEDGER_ALLOWED_HOSTS", "ARLEDGER_HTTPS"}
    assert needed <= given


def test_the_images_variables_are_read() -> None:
    assert image_environment()
    assert image_environment() <= settings_names()


def test_only_migrations_may_sign_in_as_the_owner() -> None:
    with_owner = [name for name, service in SERVICES.items() if "OWNER" in str(service.get("environment"))]
    assert with_owner == ["postgres", "migrate"]
    owner = conninfo_to_dict(SERVICES["migrate"]["environment"]["DATABASE_OWNER_URL"].replace("?", ""))
    runtime = conninfo_to_dict(SERVICES["web"]["environment"]["DATABASE_URL"].replace("?", ""))
    assert (owner["user"], runtime["user"]) == ("arledger_owner", "arledger_web")
    assert owner["dbname"] == runtime["dbname"] == postgres.DATABASE


def test_no_secret_is_written_down() -> None:
    for service in SERVICES.values():
        for name, value in (service.get("environment") or {}).items():
            if re.search(r"PASSWORD|SECRET|AUTH$|_URL$", name):
                assert re.search(r"\$\{ARLEDGER_[A-Z_]+:\?\}", value), name


@pytest.mark.parametrize("service", [*SERVING, "postgres", "valkey", "proxy"])
def test_what_stays_up_is_watched_and_started_again(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"]
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_nothing_serves_before_the_tables_are_there() -> None:
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for service in SERVING:
        conditions = SERVICES[service]["depends_on"]
        assert conditions["migrate"]["condition"] == "service_completed_successfully"
        assert conditions["valkey"]["condition"] == "service_healthy"


def test_web_and_worker_can_be_scaled() -> None:
    for service in ("web", "worker"):
        assert "ports" not in SERVICES[service]
        assert "container_name" not in SERVICES[service]
        assert "volumes" not in SERVICES[service]
    assert SERVICES["beat"].get("deploy") is None


def test_the_servers_are_those_the_tests_run_on() -> None:
    assert SERVICES["postgres"]["image"] == "postgres:18"
    with psycopg.connect(servers.with_database(os.environ["DATABASE_OWNER_URL"], "postgres")) as connection:
        assert connection.info.server_version // 10_000 == 18
    assert "postgres:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]
    assert f"./arledger/local/roles.sql:{INITDB}:ro" in SERVICES["postgres"]["volumes"]
    assert valkey.answers(os.environ["REDIS_URL"])
    assert SERVICES["valkey"]["image"] == "valkey/valkey:9"


INITDB = "/docker-entrypoint-initdb.d/roles.sql"


def test_the_roles_get_the_passwords_they_need() -> None:
    wanted = set(re.findall(r"\\getenv \w+ (\w+)", (ROOT / "arledger/local/roles.sql").read_text()))
    assert wanted == {"ARLEDGER_OWNER_PASSWORD", "ARLEDGER_WEB_PASSWORD"}
    assert wanted <= set(SERVICES["postgres"]["environment"])


def test_the_image_runs_as_nobody_special_from_locked_parts() -> None:
    last_stage = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER [1-9]\d+$", last_stage, re.MULTILINE)
    assert "HEALTHCHECK" in last_stage
    assert "--require-hashes -r requirements.txt" in DOCKERFILE
    for version in re.findall(r"^FROM python:3\.(\d+)-slim", DOCKERFILE, re.MULTILINE):
        assert int(version) >= 11


def test_the_image_holds_the_tree_and_nothing_private() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")} | {
        "arledger",
        "templates",
        "static",
        "locale",
    }
    assert {f"!{package}/" for package in packages} <= set(rules)
    assert not [rule for rule in rules if rule.startswith("!") and "var" in rule]


def test_the_probe_asks_the_web_process(live_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(live_url.rsplit(":", 1)[1])
    monkeypatch.setattr(probe, "SECONDS", 60)
    monkeypatch.setenv("ARLEDGER_ALLOWED_HOSTS", "localhost,else")
    assert ready(port)
    monkeypatch.setenv("ARLEDGER_ALLOWED_HOSTS", "elsewhere.example")
    assert not ready(port)
    assert not ready(1)


def test_the_proxy_knows_the_web_service() -> None:
    caddyfile = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "name web" in caddyfile
    assert "port 8000" in caddyfile
    assert "ARLEDGER_DOMAIN" in SERVICES["proxy"]["environment"]
