"""Files as people send them: small, and true to their names unless a test says otherwise."""

from __future__ import annotations

import io
import zipfile

from arledger.core.filetypes import CheckedFile, check_file

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "
TEXT = "Virement reçu le 3 mars".encode()
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n<Invoice><Id>1</Id></Invoice>'
MAIL = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: Refund\r\n\r\nDone.\r\n"
PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def archive(*names: str, first: tuple[str, str] | None = None) -> bytes:
    """A ZIP file with empty members of these names, after ``first`` (name, content) stored as it is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        if first:
            file.writestr(*first)
        for name in names:
            file.writestr(name, "")
    return made.getvalue()


XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
DOCX = archive("[Content_Types].xml", "word/document.xml")
ODT = archive("content.xml", first=("mimetype", "application/vnd.oasis.opendocument.text"))
ODS = archive("content.xml", first=("mimetype", "application/vnd.oasis.opendocument.spreadsheet"))


def file(name: str = "transfer.pdf", content: bytes = PDF) -> CheckedFile:
    return check_file(name, content)
