"""Uploads of tests: through the services and the jobs' own handlers, as pages, API and worker do."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from arledger.core import jobs
from arledger.core.models import Job
from arledger.core.sql import execute
from imports import selectors, tasks, upload_services
from imports.models import Import, ImportFault
from imports.upload_services import Format
from tests.build import AT, Books


def work(kinds: str = "imports.", *, once: bool = False) -> list[str]:
    """Do the jobs of imports that wait, as a worker would; their states."""
    assert tasks.__name__, "importing the module declares the jobs"
    done = []
    while waiting := Job.objects.filter(kind__startswith=kinds, state="queued").order_by("pk").first():
        jobs.run(waiting.pk, clock=lambda: AT)
        done.append(Job.objects.get(pk=waiting.pk).state)
        if once:
            break
    return done


def keep_autovacuum_out() -> None:
    """Until the test is over: a table that it looks after at the moment keeps its old statistics (SKIP_LOCKED)."""
    execute("LOCK TABLE ledger_document, ledger_line, ledger_application IN SHARE UPDATE EXCLUSIVE MODE")


@dataclass
class Desk:
    """Somebody who imports files into the books of ``made``."""

    made: Books

    def upload(
        self, kind: str, text: str | bytes, *, name: str = "", insist: bool = False, **format: Any
    ) -> Import:
        """The import, checked."""
        content = text.encode() if isinstance(text, str) else text
        row = upload_services.upload(
            actor=self.made.actor,
            type=kind,
            name=name or f"{kind}.csv",
            content=[content],
            format=Format(**format),
            insist=insist,
            start=True,
        )
        work()
        return self.again(row)

    def commit(self, row: Import, **more: Any) -> Import:
        upload_services.commit(actor=self.made.actor, key=row.pk, **more)
        work()
        return self.again(row)

    def load(self, kind: str, text: str | bytes, **more: Any) -> Import:
        """Upload, check and commit."""
        return self.commit(self.upload(kind, text, **more))

    def again(self, row: Import) -> Import:
        return Import.objects.get(company=self.made.company, pk=row.pk)

    def faults(self, row: Import, language: str = "en") -> list[tuple[int, str, str, str]]:
        found = ImportFault.objects.filter(company=self.made.company, owner=row.pk).order_by("row", "id")
        return [(fault.row, fault.heading, fault.code, fault.messages[language]) for fault in found]

    def places(self, row: Import) -> list[tuple[int, str, str]]:
        return [fault[:3] for fault in self.faults(row)]

    def failed(self, row: Import) -> str:
        stream = io.StringIO(newline="")
        selectors.write_failed(row, stream)
        return stream.getvalue()


def workbook(rows: Sequence[Sequence[Any]], *, first_row: int = 0, first_column: int = 0) -> bytes:
    """A workbook with these rows on its first sheet; dates as dates, numbers as numbers."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet("data")
    for place, row in enumerate(rows, start=first_row):
        for column, value in enumerate(row, start=first_column):
            if value == "#DIV/0!":
                sheet.write_formula(place, column, "=1/0", None, value)
            elif value != "":
                sheet.write(place, column, value)
    book.add_worksheet("notes").write(0, 0, "nothing")
    book.close()
    return stream.getvalue()
