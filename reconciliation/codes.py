"""Arithmetic of match codes: a … z, aa … az, ba … zz, aaa … (SPEC 10).

A code is stored in lower case; its case on screen, in files and in answers is computed from what is open.
"""

from __future__ import annotations

import re
from string import ascii_lowercase

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Refusal
from arledger.core.letters import letters as letters

_LETTERS = re.compile(r"[a-z]+", re.ASCII)


class NotACode(Invalid):
    code = "match_code_invalid"
    sentence = _("“%(text)s” is not a match code. Use letters from a to z only.")


class CodesExhausted(Refusal):
    """The next code is longer than the company's sequence allows: nothing can be applied (SPEC 10)."""

    code = "match_codes_exhausted"
    sentence = _(
        "The next match code would be “%(match_code)s”, but the AR match sequence allows at most %(limit)s "
        "characters. Nothing was applied: raise the maximum length of the sequence in the configuration."
    )


def number(text: str) -> int:
    """The place of a code in the sequence, whatever its case; the inverse of ``letters``."""
    lower = text.lower()
    if not text.isascii() or not _LETTERS.fullmatch(lower):
        raise NotACode(text=text[:40])
    n = 0
    for letter in lower:
        n = n * 26 + ascii_lowercase.index(letter) + 1
    return n


def code_text(n: int, *, prefix: str = "", suffix: str = "", max_length: int | None = None) -> str:
    """The n-th code as stored: prefix, letters and suffix, in lower case.

    ``max_length`` counts all characters, prefix and suffix included. Raises CodesExhausted beyond it.
    """
    text = f"{prefix}{letters(n)}{suffix}".lower()
    if max_length is not None and len(text) > max_length:
        raise CodesExhausted(match_code=text, limit=max_length)
    return text


def cased(code: str, settled: bool) -> str:
    """The code as people see it: upper case once nothing of its head is open, lower case before (SPEC 10).

    An empty code (a head without one) stays empty.
    """
    return code.upper() if settled else code.lower()


def is_complete(code: str) -> bool:
    """Whether a code as people see it says that nothing of its head is open."""
    return code != code.lower()
