"""One attempt: where it may go, how long it may take, and how the guide has receivers check it (docs/adr/0049)."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from arledger.api.sending import Outcome, is_public, send, signature
from tests.api.receiving import receiver
from tests.build import AT

GUIDE = Path(__file__).parent.parent.parent / "docs/how-to/first-hour-with-the-api.md"


def now() -> datetime:
    return datetime.now(UTC)


def sent(
    url: str,
    *,
    private: bool = True,
    clock: Callable[[], datetime] = now,
    headers: dict[str, str] | None = None,
) -> Outcome:
    return send(url, headers or {}, b"{}", private=private, clock=clock)


def heard(one: socket.socket) -> None:
    """The whole request: what is unread when the server hangs up would be answered with a reset, not with its words."""
    said = one.recv(65_536)
    while said and not said.endswith(b"{}") and not said.startswith(b"\x16"):
        more = one.recv(65_536)
        if not more:
            return
        said += more


@contextmanager
def answering(*parts: bytes, pause: float = 0) -> Iterator[str]:
    """A server that says these bytes to whoever comes, whatever they are."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                one, _ = listening.accept()
                with one:
                    heard(one)
                    for part in parts:
                        one.sendall(part)
                        time.sleep(pause)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "255.255.255.255", "224.0.0.1", "240.0.0.1", "198.18.0.1", "192.0.2.1", "::", "::1", "fe80::1",
        "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1",
        "2002:7f00:1::", "2001:0:1::", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_the_internets(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_that_are(address: str) -> None:
    assert is_public(address)


def test_nothing_goes_to_a_private_address_whatever_its_name() -> None:
    with receiver() as there:
        port = there.url.rpartition(":")[2]
        for url in (
            f"https://localhost:{port}/",
            f"https://127.0.0.1:{port}/",
            f"https://2130706433:{port}/",
        ):
            assert sent(url, private=False) == Outcome(None, "private"), url
        assert sent(there.url, private=False) == Outcome(None, "private"), "without TLS"
        assert there.came == []


def test_without_tls_only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is another machine's: its address is what counts, also where private ones are allowed."""

    def elsewhere(*_args: Any, **_options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.255.255.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", elsewhere)
    assert sent("http://erp.example.com/") == Outcome(None, "private")
    assert sent("https://erp.example.com/", private=False) == Outcome(None, "private")


def test_what_was_checked_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that would stand for something else at a second look is looked at once."""
    looked = []
    with receiver() as there:
        port = int(there.url.rpartition(":")[2])

        def once(host: str, *_args: Any, **_options: Any) -> list[Any]:
            looked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(socket, "getaddrinfo", once)
        assert sent(f"http://erp.example.com:{port}/in").status == 204
    assert looked == ["erp.example.com"]
    assert there.came[0][0]["Host"] == f"erp.example.com:{port}"


def test_redirects_are_not_followed() -> None:
    with receiver() as there:
        there.answers = [302]
        assert sent(there.url) == Outcome(302, "redirect")
        assert len(there.came) == 1


def test_whatever_the_other_side_says() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: "
    for parts, outcome in (
        ([b"nonsense\r\n\r\n"], Outcome(None, "answer")),
        ([b""], Outcome(None, "connection")),
        ([b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"], Outcome(None, "answer")),
        ([b"HTTP/1.1 200 " + b"x" * 70_000], Outcome(None, "answer")),
        ([head + b"10\r\n\r\nabc"], Outcome(200)),
        ([head + b"99999999\r\n\r\n" + b"x" * 5_000], Outcome(200)),
        ([b"HTTP/1.1 404 No\r\n\r\n"], Outcome(404, "status")),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], Outcome(200)),
    ):
        with answering(*parts) as url:
            assert sent(url) == outcome, parts[0][:40]
    with answering(b"not TLS at all") as url:
        assert sent(url.replace("http:", "https:")) == Outcome(None, "certificate")
    assert sent("https://nobody.invalid/") == Outcome(None, "name")
    assert sent(f"https://{'a' * 70}.example.com/").status is None


def test_an_answer_that_trickles_ends_in_time() -> None:
    """Each part comes soon enough, all of them together do not."""
    started = [AT]

    def clock() -> datetime:
        started[0] += timedelta(seconds=6)
        return started[0]

    trickle = [b"HTTP/1.1 200 OK\r\n", *[b"X-Slow: 1\r\n"] * 8]
    with answering(*trickle, pause=0.1) as url:
        assert sent(url, clock=clock) == Outcome(None, "timeout")


def test_the_guide_checks_a_signature_as_it_is_made() -> None:
    code = next(
        found for found in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL) if "hmac" in found
    )
    names: dict[str, Any] = {}
    exec(code, names)
    check, body = names["is_ours"], b'{"id":"evt_1"}'
    made = signature(["whsec_x"], body, AT)
    stamp = int(AT.timestamp())
    assert check("whsec_x", made, body, now=stamp + 200)
    assert not check("whsec_y", made, body, now=stamp)
    assert not check("whsec_x", made, body + b" ", now=stamp)
    assert not check("whsec_x", made.replace(f"t={stamp}", f"t={stamp + 1}"), body, now=stamp)
    assert not check("whsec_x", made, body, now=stamp + 301), "too old to be believed"
    assert "Arledger-Signature" in GUIDE.read_text()
