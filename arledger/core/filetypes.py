"""Which files may be attached: a short list of types, each known by the name's ending and by the content (SPEC 9).

A file whose content is not what its name says is refused: it would be opened as what it claims to be.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid

LARGEST = 10 * 1024 * 1024
LONGEST_NAME = 150
# Enough of a text to see what it is.
HEAD = 8192
MOST_MEMBERS = 5_000

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
_MARKUP = re.compile(r"\s*(<\?xml|<!doctype|<html|<script|<svg|<body|<head|<iframe)", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml\s[^>]*\?>", re.IGNORECASE)
_PAGE = re.compile(r"<([\w.-]+:)?(html|svg|script)\b", re.IGNORECASE)
_MAIL = re.compile(rb"(?:From |[A-Za-z][A-Za-z0-9-]*:)[^\r\n]*\r?\n")
_MAIL_NAMES = re.compile(
    rb"^(?:From|Date|Subject|Received|Message-ID|Return-Path):", re.IGNORECASE | re.MULTILINE
)


class FileNameless(Invalid):
    code = "file_nameless"
    sentence = _("The file has no usable name. Rename it, then choose it again.")


class FileEmpty(Invalid):
    code = "file_empty"
    sentence = _("%(name)s is empty: there is nothing to attach.")


class FileTooLarge(Invalid):
    code = "file_too_large"
    sentence = _("%(name)s is larger than %(limit)s MB. Attach a smaller version.")


class FileTypeUnknown(Invalid):
    code = "file_type"
    sentence = _("%(name)s is not of a kind that can be attached. Attach one of: %(allowed)s.")


class FileContentDiffers(Invalid):
    code = "file_content"
    sentence = _("%(name)s does not contain what its name says: it is no %(kind)s file. Attach the original.")


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept: its name cleaned, its type known, its content looked at."""

    name: str
    content_type: str
    content: bytes


def clean_name(name: str) -> str:
    """The last part of a path, without characters that cannot be seen, shortened to 150 with its ending kept.

    Raises FileNameless when nothing is left.
    """
    visible = "".join(c for c in name if unicodedata.category(c) not in _UNSEEN)
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", visible)[-1])
    last = " ".join(last.split()).strip(". ")
    if not last:
        raise FileNameless(field="files")
    stem, dot, ending = last.rpartition(".")
    if len(last) <= LONGEST_NAME or not dot or len(ending) > 10:
        return last[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def check_file(name: str, content: bytes) -> CheckedFile:
    """What may be kept of a file that somebody sent.

    Raises FileNameless, FileEmpty, FileTooLarge, FileTypeUnknown, or FileContentDiffers.
    """
    cleaned = clean_name(name)
    if not content:
        raise FileEmpty(field="files", name=cleaned)
    require_size(name, len(content))
    kind = KINDS.get(cleaned.rpartition(".")[2].lower()) if "." in cleaned else None
    if kind is None:
        raise FileTypeUnknown(field="files", name=cleaned, allowed=allowed())
    if not kind.fits(content):
        raise FileContentDiffers(field="files", name=cleaned, kind=kind.name)
    return CheckedFile(cleaned, kind.content_type, content)


def require_size(name: str, size: int) -> None:
    """Raise FileTooLarge, before a content is read at all."""
    if size > LARGEST:
        raise FileTooLarge(field="files", name=clean_name(name), limit=LARGEST // 1024**2)


def allowed() -> str:
    """The types by their names, for sentences."""
    return ", ".join(dict.fromkeys(kind.name for kind in KINDS.values()))


def endings() -> str:
    """The endings as the ``accept`` of a file input names them."""
    return ",".join(f".{ending}" for ending in KINDS)


# Contents ------------------------------------------------------------------------------------------------------


def _starts(content: bytes, *, mark: bytes) -> bool:
    return content.startswith(mark)


def _webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _members(content: bytes) -> list[str]:
    """The names in a ZIP archive; none when it is not one, or an absurd one."""
    if not content.startswith(b"PK\x03\x04"):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return []
    return names if len(names) <= MOST_MEMBERS else []


def _office(content: bytes, *, part: str) -> bool:
    """An Office Open XML document without macros."""
    names = _members(content)
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return "[Content_Types].xml" in names and part in names and not macros


def _open_document(content: bytes, *, mark: str) -> bool:
    """An OpenDocument file names its type in its first member, stored as it is."""
    return content[30:].startswith(b"mimetype" + mark.encode()) and "content.xml" in _members(content)


def _text(content: bytes) -> str | None:
    """The beginning of a text in any common encoding; None for anything else."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        even = content[: len(content) // 2 * 2]
        try:
            return even[:HEAD].decode("utf-16", "strict" if len(even) <= HEAD else "ignore")
        except UnicodeDecodeError:
            return None
    if _CONTROL.search(content):
        return None
    return content[:HEAD].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _plain(content: bytes) -> bool:
    text = _text(content)
    return text is not None and not text.startswith(("%PDF-", "{\\rtf")) and not _MARKUP.match(text)


def _xml(content: bytes) -> bool:
    """XML that is data: a web page or a drawing may carry scripts."""
    text = _text(content)
    return bool(text and _XML.match(text) and not _PAGE.search(text))


def _mail(content: bytes) -> bool:
    head = re.split(rb"\r?\n\r?\n", content[:HEAD], maxsplit=1)[0]
    return bool(_text(content) is not None and _MAIL.match(content) and _MAIL_NAMES.search(head))


@dataclass(frozen=True)
class FileKind:
    """A type by the name people know it under, its media type, and what its content must look like."""

    name: str
    content_type: str
    fits: Callable[[bytes], bool]


_JPEG = FileKind("JPEG", "image/jpeg", partial(_starts, mark=b"\xff\xd8\xff"))
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
KINDS: dict[str, FileKind] = {
    "pdf": FileKind("PDF", "application/pdf", partial(_starts, mark=b"%PDF-")),
    "png": FileKind("PNG", "image/png", partial(_starts, mark=b"\x89PNG\r\n\x1a\n")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "webp": FileKind("WebP", "image/webp", _webp),
    "txt": FileKind("TXT", "text/plain", _plain),
    "csv": FileKind("CSV", "text/csv", _plain),
    "xlsx": FileKind("XLSX", f"{_OFFICE}.spreadsheetml.sheet", partial(_office, part="xl/workbook.xml")),
    "docx": FileKind(
        "DOCX", f"{_OFFICE}.wordprocessingml.document", partial(_office, part="word/document.xml")
    ),
    "odt": FileKind("ODT", f"{_OPEN}.text", partial(_open_document, mark=f"{_OPEN}.text")),
    "ods": FileKind("ODS", f"{_OPEN}.spreadsheet", partial(_open_document, mark=f"{_OPEN}.spreadsheet")),
    "xml": FileKind("XML", "application/xml", _xml),
    "eml": FileKind("EML", "message/rfc822", _mail),
}
CONTENT_TYPES = sorted({kind.content_type for kind in KINDS.values()})
