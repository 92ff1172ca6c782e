"""Counting in letters: a … z, aa … az, ba … zz, aaa … (SPEC 10); what sequences of letters draw."""

from __future__ import annotations

from string import ascii_lowercase


def letters(n: int) -> str:
    """The n-th text: 1 is a, 26 is z, 27 is aa, 703 is aaa. Raises ValueError below 1."""
    if n < 1:
        raise ValueError(f"codes are counted from 1, not {n}")
    text = ""
    while n:
        n, rest = divmod(n - 1, 26)
        text = ascii_lowercase[rest] + text
    return text
