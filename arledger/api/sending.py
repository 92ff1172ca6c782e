"""One attempt to deliver: a signed POST to an address that was looked at first (SPEC 15, docs/adr/0049).

Whoever enters an address chooses where this installation connects to. So a name is resolved once, every address it
stands for must be public, and the connection goes to the one that was checked; redirects are not followed. Nothing
here touches the database: attempts run beside each other in threads.
"""

from __future__ import annotations

import hmac
import io
import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid

URL_LENGTH = 500
# Seconds for connecting, for the handshake, and for each part of the answer; all of it together has a minute's half.
TIMEOUT = 5.0
TOTAL = timedelta(seconds=20)
READ_AT_MOST = 1_024
ADDRESSES_TRIED = 2
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}", re.ASCII)
_VISIBLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
# Addresses that carry another one inside, where a gateway would lead anywhere; and the old kind of a site's own.
_NO_PLACE = [
    ip_network(text)
    for text in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48", "::/96", "fec0::/10")
]
# What may go wrong, as it is kept and shown.
ERRORS: dict[str, str | Promise] = {
    "status": _("The answer was not a success."),
    "redirect": _("The answer leads elsewhere; that is not followed."),
    "timeout": _("There was no answer in time."),
    "name": _("The name cannot be resolved."),
    "private": _("The address is not a public one."),
    "certificate": _("The certificate or the encryption was not accepted."),
    "connection": _("There was no connection."),
    "answer": _("The answer is not HTTP."),
    "unexpected": _("Something went wrong here. It is in the log of the worker."),
}


class WebhookUrlInvalid(Invalid):
    code = "webhook_url_invalid"
    sentence = _(
        "Write a whole address such as https://erp.example.com/hooks: https, without a password or “#”."
    )


class WebhookUrlPrivate(Invalid):
    code = "webhook_url_private"
    sentence = _("“%(host)s” is not a public address. Webhooks leave this network only.")


@dataclass(frozen=True)
class Target:
    """Where an address leads."""

    secure: bool
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: the status of the answer, and a word of ``ERRORS`` unless it was a success."""

    status: int | None
    error: str = ""


class _NotPublic(Exception):
    """A name stands for an address that must not be connected to."""


def read_url(url: str, *, private: bool, field: str | None = None) -> Target:
    """The parts of a webhook's address. Raises WebhookUrlInvalid or WebhookUrlPrivate."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise WebhookUrlInvalid(field=field) from error
    secure = parts.scheme == "https"
    if (
        not _VISIBLE.fullmatch(url)
        or len(url) > URL_LENGTH
        or not (secure or (private and parts.scheme == "http"))
        or not _HOST.fullmatch(host)
        or "@" in parts.netloc
        or "#" in url
        or port == 0
    ):
        raise WebhookUrlInvalid(field=field)
    if _is_literal(host) and not _allowed(host, secure=secure, private=private):
        raise WebhookUrlPrivate(field=field, host=host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port or (443 if secure else 80), path)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's, and of one machine."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in network for network in _NO_PLACE if network.version == found.version):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _allowed(address: str, *, secure: bool, private: bool) -> bool:
    """Without TLS only this very machine, and only where an installation says so."""
    if not secure:
        return private and ip_address(address.partition("%")[0]).is_loopback
    return private or is_public(address)


# The signature -------------------------------------------------------------------------------------------------


def signature(secrets: Sequence[str], body: bytes, at: datetime) -> str:
    """``t=<unix>,v1=<hex>``: HMAC-SHA-256 of ``<t>.<body>``; a ``v1`` for each of the secrets, newest first."""
    stamp = int(at.timestamp())
    signed = f"{stamp}.".encode("ascii") + body
    digests = [hmac.new(secret.encode("ascii"), signed, sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={stamp}", *(f"v1={digest}" for digest in digests)])


# The attempt ---------------------------------------------------------------------------------------------------


def send(
    url: str, headers: Mapping[str, str], body: bytes, *, private: bool, clock: Callable[[], datetime]
) -> Outcome:
    """POST ``body``; any answer from 200 to 299 is a success. Raises nothing that the other side can cause."""
    try:
        return _outcome(_post(url, headers, body, private, clock))
    except (WebhookUrlInvalid, WebhookUrlPrivate, _NotPublic):
        return Outcome(None, "private")
    except TimeoutError:
        return Outcome(None, "timeout")
    except (socket.gaierror, UnicodeError):
        return Outcome(None, "name")
    except ssl.SSLError:
        return Outcome(None, "certificate")
    except OSError:
        return Outcome(None, "connection")
    except (HTTPException, ValueError):
        return Outcome(None, "answer")


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(status)
    return Outcome(status, "redirect" if 300 <= status < 400 else "status")


def _post(
    url: str, headers: Mapping[str, str], body: bytes, private: bool, clock: Callable[[], datetime]
) -> int:
    target = read_url(url, private=private)
    connection = _Connection(target, _resolved(target, private), clock)
    try:
        connection.request("POST", target.path, body, dict(headers) | {"Connection": "close"})
        answer = connection.getresponse()
        try:
            answer.read(READ_AT_MOST)
        except (OSError, HTTPException, ValueError):
            return answer.status  # it was said already; nobody needs the rest
        finally:
            answer.close()
        return answer.status
    finally:
        connection.close()


def _resolved(target: Target, private: bool) -> list[tuple[Any, ...]]:
    """What to connect to, every one of it checked. Raises _NotPublic and what resolving raises."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    for *_kind, place in found:
        if not _allowed(str(place[0]), secure=target.secure, private=private):
            raise _NotPublic
    return found[:ADDRESSES_TRIED]


@cache
def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Connection(HTTPConnection):
    """To an address that was checked, under the name that was asked for."""

    def __init__(
        self, target: Target, addresses: list[tuple[Any, ...]], clock: Callable[[], datetime]
    ) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT)
        self.default_port = 443 if target.secure else 80
        self._target, self._addresses = target, addresses
        until = clock() + TOTAL
        self.response_class = partial(_answer, clock, until)  # type: ignore[assignment]

    def connect(self) -> None:
        plain = self._connected()
        try:
            self.sock = (
                _trusting().wrap_socket(plain, server_hostname=self._target.host)
                if self._target.secure
                else plain
            )
        except OSError:
            plain.close()
            raise

    def _connected(self) -> socket.socket:
        *before, last = self._addresses
        for address in before:
            try:
                return _connect(address)
            except OSError:
                continue
        return _connect(last)


def _connect(address: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, _name, place = address
    found = socket.socket(family, kind, protocol)
    found.settimeout(TIMEOUT)
    try:
        found.connect(place)
    except OSError:
        found.close()
        raise
    return found


def _answer(
    clock: Callable[[], datetime], until: datetime, sock: socket.socket, *rest: Any, **named: Any
) -> HTTPResponse:
    return HTTPResponse(_Watched(sock, clock, until), *rest, **named)  # type: ignore[arg-type]


class _Watched:
    """A socket as HTTPResponse wants it, whose answer has to come within a time whatever its pace."""

    def __init__(self, sock: socket.socket, clock: Callable[[], datetime], until: datetime) -> None:
        self._sock, self._clock, self._until = sock, clock, until

    def makefile(self, mode: str) -> io.BufferedReader:
        raw = self._sock.makefile(mode, buffering=0)  # type: ignore[call-overload]
        return io.BufferedReader(_Reading(self._sock, raw, self._clock, self._until))


class _Reading(io.RawIOBase):
    def __init__(
        self, sock: socket.socket, raw: io.RawIOBase, clock: Callable[[], datetime], until: datetime
    ) -> None:
        self._sock, self._raw, self._clock, self._until = sock, raw, clock, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = (self._until - self._clock()).total_seconds()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(min(TIMEOUT, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
