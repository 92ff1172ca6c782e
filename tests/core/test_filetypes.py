"""Which files may be attached: by name and content alike."""

from __future__ import annotations

import pytest

from arledger.core.errors import Refusal
from arledger.core.filetypes import (
    LARGEST,
    FileContentDiffers,
    FileEmpty,
    FileNameless,
    FileTooLarge,
    FileTypeUnknown,
    check_file,
    clean_name,
    endings,
)
from tests import uploads

GOOD = {
    "a.pdf": (uploads.PDF, "application/pdf"),
    "a.png": (uploads.PNG, "image/png"),
    "a.jpg": (uploads.JPEG, "image/jpeg"),
    "a.JPEG": (uploads.JPEG, "image/jpeg"),
    "a.webp": (uploads.WEBP, "image/webp"),
    "a.txt": (uploads.TEXT, "text/plain"),
    "a.csv": (b"a;b\r\n1,50;caf\xe9\r\n", "text/csv"),
    "utf16.txt": ("Montant 1 234,50 €".encode("utf-16"), "text/plain"),
    "a.xml": (uploads.XML, "application/xml"),
    "a.eml": (uploads.MAIL, "message/rfc822"),
    "a.xlsx": (uploads.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "a.docx": (uploads.DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "a.odt": (uploads.ODT, "application/vnd.oasis.opendocument.text"),
    "a.ods": (uploads.ODS, "application/vnd.oasis.opendocument.spreadsheet"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_is_what_its_name_says(name: str) -> None:
    content, expected = GOOD[name]
    checked = check_file(name, content)
    assert (checked.name, checked.content_type, checked.content) == (name, expected, content)


def test_every_type_of_the_list_is_tried_above() -> None:
    tried = {name.rpartition(".")[2].lower() for name in GOOD}
    assert {ending.removeprefix(".") for ending in endings().split(",")} == tried


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.pdf", uploads.PAGE),
        ("junk.pdf", b"\n" + uploads.PDF),
        ("page.txt", uploads.PAGE),
        ("page.txt", b"\xef\xbb\xbf  <HTML>"),
        ("page.xml", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'),
        ("drawing.xml", b'<?xml version="1.0"?><svg onload="x()"/>'),
        ("plain.xml", b"Invoice 1"),
        ("program.txt", b"MZ\x90\x00\x03"),
        ("paper.txt", uploads.PDF),
        ("picture.png", uploads.JPEG),
        ("book.xlsx", uploads.DOCX),
        ("book.xlsx", b"PK\x03\x04 broken"),
        ("book.xlsx", uploads.archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")),
        ("text.odt", uploads.ODS),
        ("mail.eml", uploads.TEXT),
        ("mail.eml", uploads.PAGE),
        ("half.txt", b"\xff\xfe\x00\xd8"),
    ],
)
def test_what_says_otherwise_than_its_name_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileContentDiffers) as caught:
        check_file(name, content)
    assert name in str(caught.value)


@pytest.mark.parametrize(
    "name", ["run.exe", "page.html", "drawing.svg", "archive.zip", "macro.xlsm", "pdf", "x.pdf.js"]
)
def test_other_types_are_refused(name: str) -> None:
    with pytest.raises(FileTypeUnknown) as caught:
        check_file(name, uploads.PDF)
    assert "PDF, PNG, JPEG" in str(caught.value)


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(FileEmpty):
        check_file("a.pdf", b"")
    largest = uploads.PDF + b"\n" * (LARGEST - len(uploads.PDF))
    assert check_file("a.pdf", largest).content == largest
    with pytest.raises(FileTooLarge) as caught:
        check_file("a.pdf", largest + b"\n")
    assert "10 MB" in str(caught.value)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\me\\trans  fer.pdf", "trans fer.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("gnp\u202efdp.exe.pdf", "gnpfdp.exe.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        (" .hidden.pdf. ", "hidden.pdf"),
        ("漢字 «€».pdf", "漢字 «€».pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("line\r\nbreak.pdf", "linebreak.pdf"),
    ],
)
def test_names_are_cleaned(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.mark.parametrize("name", ["", "..", "/", "\x00", "\u200b", "a/", "\ud800"])
def test_no_name_is_refused(name: str) -> None:
    with pytest.raises(FileNameless) as caught:
        clean_name(name)
    assert isinstance(caught.value, Refusal)
    assert caught.value.field == "files"
