"""Reading imports: who sees which, their files, their faults."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TextIO

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.core.actor import Actor
from arledger.core.csvfile import read_table
from arledger.core.errors import NotFound
from arledger.core.leftovers import work_folder
from arledger.core.models import Job
from arledger.core.xlsxfile import Workbook, column_letters
from imports.columns import REASON
from imports.errors import FileGone
from imports.models import Import, ImportEntry, ImportFault, ImportPart
from imports.outcomes import Table
from imports.readers import Form, guarded

BATCH = 500


#: What a file of each type holds: whoever may not see all of it sees no file of others.
HOLDS = {kind: (kind.value,) for kind in Import.Type} | {
    Import.Type.OPENING_BALANCES: ("invoices", "adjustments")
}


def visible(actor: Actor) -> QuerySet[Import]:
    """The imports a person may see: his own, and those of others that hold what he may see anyway.

    Whoever is limited to entities sees his own alone.
    """
    found = Import.objects.filter(company_id=actor.company_id)
    if actor.entities is not None:
        return found.filter(by_user=actor.user_id)
    seen = [kind for kind, held in HOLDS.items() if all(actor.may(f"{one}.view") for one in held)]
    return found if len(seen) == len(HOLDS) else found.filter(Q(type__in=seen) | Q(by_user=actor.user_id))


def at_work(actor: Actor) -> int:
    """How many imports are being checked or committed now."""
    return visible(actor).filter(state__in=(Import.State.CHECKING, Import.State.COMMITTING)).count()


def one(actor: Actor, key: int) -> Import:
    """One import. Raises NotFound."""
    found = visible(actor).filter(pk=key).first()
    if found is None:
        raise NotFound()
    return found


def faults(row: Import) -> QuerySet[ImportFault]:
    return ImportFault.objects.filter(company_id=row.company_id, owner=row.pk)


def is_stuck(row: Import) -> bool:
    """Whether the import waits for a job that was given up."""
    if row.job is None or row.state not in (Import.State.CHECKING, Import.State.COMMITTING):
        return False
    return Job.objects.filter(pk=row.job, state=Job.State.FAILED).exists()


def has_file(row: Import) -> bool:
    return ImportPart.objects.filter(company_id=row.company_id, owner=row.pk).exists()


def said(messages: dict[str, str]) -> str:
    """A sentence that is kept by language, in the reader's."""
    return messages.get((get_language() or "en")[:2]) or messages.get("en", "")


def cell_name(place: int | None, row: int) -> str:
    """How a spreadsheet names a cell, such as D12; the row alone when the whole row is meant."""
    return f"{column_letters(place)}{row}" if place is not None else str(row)


@contextmanager
def stored(row: Import) -> Iterator[Table]:
    """The uploaded file, ready to be read as it was confirmed. Raises FileGone."""
    with work_folder() as folder:
        path = folder / "file"
        _fetch(row, path)
        yield opened(row, path)


def opened(row: Import, path: Path) -> Table:
    """The table in a file, read as ``row`` says."""
    if row.is_workbook:
        return Workbook(path, dates=row.dates, decimal_mark=row.decimal_mark)
    return read_table(path, encoding=row.encoding, delimiter=row.delimiter)


def form_of(row: Import) -> Form:
    return Form(dates=row.dates, decimal_mark=row.decimal_mark)


def _fetch(row: Import, path: Path) -> None:
    parts = ImportPart.objects.filter(company_id=row.company_id, owner=row.pk)
    keys = list(parts.order_by("position").values_list("pk", flat=True))
    if not keys:
        raise FileGone()
    with path.open("wb") as file:
        for key in keys:
            file.write(parts.values_list("content", flat=True).get(pk=key))


def write_failed(row: Import, stream: TextIO) -> int:
    """The rows of the file that were refused, with the reason, ready to be corrected and uploaded again.

    In the columns and the writing of the file itself. Returns how many rows. Raises FileGone.
    """
    writer = csv.writer(stream, delimiter=row.delimiter or ",", lineterminator="\r\n")
    count = 0
    with stored(row) as table:
        old = table.header.index(REASON) if REASON in table.header else None
        kept = [place for place in range(len(table.header)) if place != old]
        writer.writerow([table.header[place] for place in kept] + [REASON])
        reasons = _reasons(row)
        first, last, told = next(reasons, (0, 0, {}))
        for line in table:
            while last and line.number > last:
                first, last, told = next(reasons, (0, 0, {}))
            if not last:
                break
            if line.number < first:
                continue
            reason = told.get(line.number) or _("Refused with row %(row)s.") % {
                "row": min(told, default=first)
            }
            cells = (*line.cells, *[""] * len(table.header))
            shown = [cells[place] for place in kept]
            writer.writerow([guarded(cell) for cell in shown] + [reason])
            count += 1
    return count


def _reasons(row: Import) -> Iterator[tuple[int, int, dict[int, str]]]:
    """Of each refused document its first and last row, and what is said of which row."""
    refused = ImportEntry.objects.filter(company_id=row.company_id, owner=row.pk, written=None)
    after = 0
    while True:
        entries = list(
            islice(
                refused.filter(first_row__gt=after)
                .order_by("first_row")
                .values_list("first_row", "last_row"),
                BATCH,
            )
        )
        if not entries:
            return
        told: dict[int, dict[str, None]] = {}
        found = faults(row).filter(row__gte=entries[0][0], row__lte=entries[-1][1]).order_by("row", "id")
        for number, column, messages in found.values_list("row", "heading", "messages"):
            sentence = said(messages)
            told.setdefault(number, {})[f"{column}: {sentence}" if column else sentence] = None
        for first, last in entries:
            yield first, last, {n: " ".join(told[n]) for n in range(first, last + 1) if n in told}
        after = entries[-1][0]
