"""The text of a token: whose company, which row, and a secret that only its holder knows.

The company comes first because row security shows the row to nobody before its company is entered.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256

LENGTH = 43
_TOKEN = re.compile(rf"arl_([1-9][0-9]{{0,17}})_([1-9][0-9]{{0,17}})_([A-Za-z0-9_-]{{{LENGTH}}})", re.ASCII)


@dataclass(frozen=True)
class Written:
    """A token's parts as they were sent: not yet known to be true."""

    company_id: int
    token_id: int
    secret: str


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """256 random bits need no slow hash."""
    return sha256(secret.encode("ascii")).digest()


def write(company_id: int, token_id: int, secret: str) -> str:
    return f"arl_{company_id}_{token_id}_{secret}"


def read(text: str) -> Written | None:
    """The parts of a token; None when it is not written like one."""
    found = _TOKEN.fullmatch(text)
    return Written(int(found[1]), int(found[2]), found[3]) if found else None
