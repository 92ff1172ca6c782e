"""Passwords and keys that the runtime makes for itself, kept where only its owner may read."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe

from arledger.local.addresses import write_private
from arledger.local.errors import LocalError


def _fresh() -> str:
    return token_urlsafe(40)


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """One installation's: three database logins, Valkey's password and Django's key."""

    bootstrap: str = field(default_factory=_fresh)
    owner: str = field(default_factory=_fresh)
    web: str = field(default_factory=_fresh)
    valkey: str = field(default_factory=_fresh)
    django: str = field(default_factory=_fresh)


def keep_secrets(data_dir: Path) -> Secrets:
    """The secrets of this data folder, made at first use. Raises LocalError when the file is damaged."""
    path = data_dir / "secrets.json"
    try:
        return Secrets(**json.loads(path.read_text()))
    except FileNotFoundError:
        secrets = Secrets()
        write_private(path, json.dumps(dataclasses.asdict(secrets), indent=1))
        return secrets
    except (ValueError, TypeError) as error:
        raise LocalError(f"{path} is damaged ({error}). Without it the database cannot be opened.") from error
