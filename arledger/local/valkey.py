"""The embedded Valkey: messages and cache, on loopback with a password, written to disk as it goes."""

from __future__ import annotations

import socket
from pathlib import Path

import redis

from arledger.local.addresses import write_private
from arledger.local.child import Program
from arledger.local.place import Place
from arledger.local.postgres import server_environment
from arledger.local.secrets import Secrets


def free_port() -> int:
    """A port of loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def valkey_url(port: int, secrets: Secrets, database: int = 0) -> str:
    return f"redis://:{secrets.valkey}@127.0.0.1:{port}/{database}"


def program(place: Place, secrets: Secrets, port: int, log: Path, *, durable: bool = True) -> Program:
    """How to run the server. Paths are absolute because it changes its folder (PITFALLS 3)."""
    folder = place.valkey
    folder.mkdir(exist_ok=True, mode=0o700)
    place.identity.own(folder)
    configuration = folder / "valkey.conf"
    lines = {
        "bind": "127.0.0.1",
        "port": str(port),
        "requirepass": secrets.valkey,
        "dir": f'"{folder}"',
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": '""',
        "databases": "64",
        "maxmemory-policy": "noeviction",
    }
    write_private(configuration, "".join(f"{name} {value}\n" for name, value in lines.items()))
    place.identity.own(configuration)
    return Program(
        name="valkey",
        command=[str(place.binaries.valkey), str(configuration)],
        environment=server_environment(),
        folder=folder,
        log=log,
        identity=place.identity,
        ready=lambda: answers(valkey_url(port, secrets)),
    )


def answers(url: str) -> bool:
    """Whether the server takes commands; false while it loads what it had written."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
