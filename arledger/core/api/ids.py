"""Ids as machines see them: a word for the kind of thing and its key, such as ``doc_42``.

A reference takes an id or a code, and a charge may be a document or a line (SPEC 15.1): the word tells them
apart, whatever codes a company uses.
"""

from __future__ import annotations

import re

from arledger.core.errors import NotFound

PREFIXES = {
    "customer": "cus",
    "document": "doc",
    "line": "lin",
    "application": "app",
    "summary": "sum",
    "account": "acc",
    "bank_account": "bnk",
    "location": "loc",
    "entity": "ent",
    "term": "trm",
    "sequence": "seq",
    "journal": "jrn",
    "user": "usr",
    "role": "rol",
    "token": "tok",
    "import": "imp",
    "export": "exp",
    "webhook": "whk",
    "delivery": "dlv",
    "file": "fil",
    "event": "evt",
}
_ID = re.compile(r"([a-z]{3})_([1-9][0-9]{0,17})", re.ASCII)


def id_of(kind: str, key: int) -> str:
    """The id of the thing of this kind (a key of ``PREFIXES``) with this key."""
    return f"{PREFIXES[kind]}_{key}"


def key_in(kind: str, text: str) -> int | None:
    """The key that ``text`` gives for this kind; None when it is no id of the kind."""
    found = _ID.fullmatch(text)
    return int(found[2]) if found and found[1] == PREFIXES[kind] else None


def key_of(kind: str, text: str, field: str | None = None) -> int:
    """The key in an id. Raises NotFound: what is no id of this kind names nothing."""
    key = key_in(kind, text)
    if key is None:
        raise NotFound(field=field)
    return key
