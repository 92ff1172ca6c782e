"""``manage.py import_csv TYPE FILE --company X``: a CSV file into the books (SPEC 14)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arledger.companies.models import Company
from arledger.companies.selectors import system_actor
from arledger.core.clock import now
from arledger.core.csvfile import DELIMITERS, ENCODINGS, read_table
from arledger.core.dates import PATTERNS
from arledger.core.errors import Refusal
from arledger.core.scope import company_scope
from imports.columns import COLUMNS
from imports.detecting import detect
from imports.errors import DateFormatUnclear
from imports.headers import understood
from imports.outcomes import Options, Outcome, RowError, Table
from imports.readers import Form
from imports.services import TYPES, run

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


class Command(BaseCommand):
    help = "Import customers, documents or opening balances from a CSV file: all of it, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("type", choices=list(TYPES))
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--company", metavar="CODE", help="the company's code")
        parser.add_argument("--check", action="store_true", help="say what would happen, write nothing")
        parser.add_argument(
            "--good-rows", action="store_true", help="import the documents that are right, report the others"
        )
        parser.add_argument("--encoding", choices=list(ENCODINGS), help="detected unless given")
        parser.add_argument(
            "--delimiter", choices=[*DELIMITERS[:2], "tab"], help="between columns; detected unless given"
        )
        parser.add_argument("--date-format", choices=PATTERNS, help="detected unless given")
        parser.add_argument("--decimal", choices=[".", ","], help="the decimal mark, detected unless given")
        parser.add_argument("--template", action="store_true", help="print an example file and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["template"]:
            self.stdout.write((TEMPLATES / f"{options['type']}.csv").read_text(), ending="")
            return
        if options["file"] is None or options["company"] is None:
            raise CommandError("Name the file, and the company with --company.")
        try:
            outcome = self._run(options)
        except (Refusal, OSError) as fault:
            raise CommandError(str(fault)) from fault
        for error in outcome.errors:
            self.stderr.write(told(error))
        summary = summed(outcome, check=options["check"])
        if outcome.errors:
            raise CommandError(summary)
        self.stdout.write(summary)

    def _run(self, options: dict[str, Any]) -> Outcome:
        company = Company.objects.filter(code=options["company"]).first()
        if company is None:
            raise CommandError(f"There is no company with the code {options['company']}.")
        delimiter = "\t" if options["delimiter"] == "tab" else options["delimiter"]
        table = read_table(options["file"], encoding=options["encoding"], delimiter=delimiter)
        form = writing(table, options["type"], options["date_format"], options["decimal"])
        with company_scope(company.pk):
            return run(
                actor=system_actor(company, at=now(), source="import"),
                kind=options["type"],
                table=table,
                options=Options(
                    check=options["check"],
                    good_rows=options["good_rows"],
                    form=form,
                ),
            )


def writing(table: Table, kind: str, dates: str | None, mark: str | None) -> Form:
    """How dates and decimals are written: as said, else as detected. Raises DateFormatUnclear."""
    found = detect(understood(table, kind), COLUMNS[kind])
    if found.others and not dates:
        raise DateFormatUnclear(first=found.dates, others=", ".join(found.others))
    return Form(dates=dates or found.dates, decimal_mark=mark or found.decimal_mark)


def told(error: RowError) -> str:
    """``Row 12, column amount: …``, with the other rows that are refused for it."""
    place = f"Row {error.row}, column {error.column}" if error.column else f"Row {error.row}"
    others = [row for row in error.rows if row != error.row]
    if not others:
        return f"{place}: {error.refusal}"
    together = error.rows[-1] - error.rows[0] < len(error.rows)
    with_it = f"{others[0]} to {others[-1]}" if together and others[1:] else ", ".join(map(str, others))
    return f"{place}: {error.refusal} (refused with row {with_it})"


def summed(outcome: Outcome, *, check: bool) -> str:
    """The counts of the file: they add up to its rows."""
    if outcome.written:
        result = f"{outcome.rows_good} imported ({outcome.documents} entries)"
    elif check:
        result = f"{outcome.rows_good} can be imported ({outcome.documents} entries), nothing was written"
    else:
        result = f"{outcome.rows_good} would be right, nothing was written"
    return (
        f"{outcome.rows} rows: {result}; {outcome.rows_refused} refused ({outcome.refused} entries);"
        f" {outcome.blank} blank rows left out."
    )
