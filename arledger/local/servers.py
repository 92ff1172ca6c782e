"""The servers below the application: our own embedded ones, or those the environment names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from arledger.local import postgres, valkey
from arledger.local.binaries import find_binaries
from arledger.local.child import Program
from arledger.local.identity import server_identity
from arledger.local.place import Place, find_place
from arledger.local.secrets import Secrets, keep_secrets


@dataclass(frozen=True)
class Server:
    """A server to start ourselves and what to tell the application about it."""

    program: Program
    addresses: dict[str, str]
    place: Place
    secrets: Secrets

    def after_start(self) -> None:
        if self.program.name == "postgres":
            postgres.make_roles(self.place, self.secrets)


def own_servers(data_dir: Path, logs: Path) -> list[Server]:
    """The servers to start: none for what DATABASE_URL and REDIS_URL name. Raises LocalError."""
    needs_postgres = not os.environ.get("DATABASE_URL")
    needs_valkey = not os.environ.get("REDIS_URL")
    if not (needs_postgres or needs_valkey):
        return []
    place = find_place(data_dir, find_binaries(), server_identity(data_dir))
    secrets = keep_secrets(data_dir)
    servers = []
    if needs_postgres:
        postgres.initialise(place, secrets)
        addresses = {
            "DATABASE_URL": postgres.database_url(place, "arledger_web", secrets.web),
            "DATABASE_OWNER_URL": postgres.database_url(place, "arledger_owner", secrets.owner),
        }
        program = postgres.program(place, secrets, logs / "postgres.log")
        servers.append(Server(program, addresses, place, secrets))
    if needs_valkey:
        port = valkey.free_port()
        addresses = {"REDIS_URL": valkey.valkey_url(port, secrets)}
        program = valkey.program(place, secrets, port, logs / "valkey.log")
        servers.append(Server(program, addresses, place, secrets))
    return servers
