"""Texts that people and files send: cleaned once, at the door; and the key by which names are sorted."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Required

_EDGES = " \t\r\n\u00a0\u202f"
# C0 and C1 controls, DEL, line and paragraph separators, lone surrogates.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_FORBIDDEN_IN_PARAGRAPHS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Letters that Unicode does not decompose into a base letter and a mark.
_SPELLED_OUT = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


class TextTooLong(Invalid):
    code = "text_too_long"
    sentence = _("The text has %(length)s characters; at most %(limit)s fit. Shorten it.")


class EmailInvalid(Invalid):
    code = "email_invalid"
    sentence = _("Write the e-mail address in full, such as name@example.com.")


class ForbiddenCharacter(Invalid):
    code = "text_character"
    sentence = _(
        "The text contains a character that cannot be stored (%(character)s, place %(place)s). Remove it."
    )


def clean_text(
    text: str, max_length: int, *, multiline: bool = False, required: bool = False, field: str | None = None
) -> str:
    """The text without spaces and line breaks around it; nothing inside is changed.

    Only ``multiline`` texts may contain tabs and line breaks, which come out as ``\\n`` however the browser
    sent them. Raises ForbiddenCharacter for NUL, controls and lone surrogates, TextTooLong, and Required for
    an empty text if ``required``.
    """
    cleaned = text.strip(_EDGES)
    if multiline:
        cleaned = cleaned.replace("\r\n", "\n")
    forbidden = (_FORBIDDEN_IN_PARAGRAPHS if multiline else _FORBIDDEN).search(cleaned)
    if forbidden:
        shown = f"U+{ord(forbidden[0]):04X}"
        raise ForbiddenCharacter(field=field, character=shown, place=forbidden.start() + 1)
    if len(cleaned) > max_length:
        raise TextTooLong(field=field, length=len(cleaned), limit=max_length)
    if required and not cleaned:
        raise Required(field=field)
    return cleaned


def sort_key(text: str) -> str:
    """The key that sorts and searches names without case, accents and ligatures: ``Œuvre`` gives ``oeuvre``.

    Stored beside the name: the database has no ICU collations. The key of a key is the key itself.
    """
    if text.isascii():
        return text.casefold()
    plain = _without_marks(text).casefold().translate(_SPELLED_OUT)
    return _without_marks(plain)


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
