"""The French *fichier des écritures comptables* of a closed period, with a control report beside it (SPEC 16).

18 columns, separated by tabs and never quoted: texts lose their tabs, bars and line breaks. Amounts are in the base
currency with a decimal comma, days ``YYYYMMDD``. Lettering columns hold complete codes and their day only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from arledger.companies.selectors import settings_of
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.money import quantize
from reconciliation.journal import JournalRow, Period, journal_rows

COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
BREAKS = re.compile(r"[\s|\x00-\x1f\x7f]+")
ZERO = Decimal(0)
EPOCH = (1980, 1, 1, 0, 0, 0)


class BooksOpen(Refusal):
    code = "fec_books_open"
    sentence = _(
        "The file is one of closed books, and these are closed through %(closed)s only."
        " Close them through %(end)s first."
    )


class NothingClosed(Refusal):
    code = "fec_nothing_closed"
    sentence = _("The file is one of closed books, and none are closed. Close them through %(end)s first.")


@dataclass
class Control:
    """What the control report says of the file."""

    rows: int = 0
    entries: int = 0
    lettered: int = 0
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    unbalanced: list[int] = field(default_factory=list)
    accounts: dict[str, list[Decimal]] = field(default_factory=dict)
    _sum: Decimal = ZERO

    def count(self, row: JournalRow) -> None:
        if row.entry != self.entries:
            self.close()
            self.entries = row.entry
        debit, credit = sides(row.base)
        self.rows += 1
        self.lettered += bool(row.letter)
        self.debit += debit
        self.credit += credit
        self._sum += row.base
        total = self.accounts.setdefault(row.account, [ZERO, ZERO])
        total[0] += debit
        total[1] += credit

    def close(self) -> None:
        """The entry that was counted is over: it must balance."""
        if self._sum:
            self.unbalanced.append(self.entries)
        self._sum = ZERO


def sides(amount: Decimal) -> tuple[Decimal, Decimal]:
    """Debit and credit, one of them 0."""
    return (amount, ZERO) if amount > 0 else (ZERO, -amount)


def require_closed(*, actor: Actor, period: Period) -> None:
    """Raise BooksOpen or NothingClosed unless the company's books are closed through the period's end."""
    closed = settings_of(actor.company_id).row.closed_through
    if closed is None:
        raise NothingClosed(end=period.end)
    if closed < period.end:
        raise BooksOpen(closed=closed, end=period.end)


def write_fec(
    *, actor: Actor, company: str, base_currency: str, period: Period, path: Path, beat: Callable[[int], None]
) -> Control:
    """Write the file and its control report into a ZIP at ``path``, row by row.

    Raises BooksOpen, NothingClosed, WholeBooksOnly or PeriodBackwards.
    """
    require_closed(actor=actor, period=period)
    control, digest = Control(), hashlib.sha256()
    name = f"{_plain(company).replace(' ', '')}FEC{period.end:%Y%m%d}.txt"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        with archive.open(_member(name), "w", force_zip64=True) as file:
            for text in _texts(actor, base_currency, period, control):
                raw = text.encode("utf-8")
                digest.update(raw)
                file.write(raw)
                beat(control.rows)
        control.close()
        report = _report(name, period, control, digest.hexdigest(), base_currency)
        archive.writestr(_member(name.replace(".txt", "-control.txt")), report)
    return control


def _member(name: str) -> ZipInfo:
    """The same bytes whenever the same books are written."""
    member = ZipInfo(name, EPOCH)
    member.compress_type = ZIP_DEFLATED
    return member


def _texts(actor: Actor, base_currency: str, period: Period, control: Control) -> Iterator[str]:
    yield "\t".join(COLUMNS) + "\r\n"
    zone = ZoneInfo(actor.time_zone)
    for rows in journal_rows(actor=actor, period=period):
        for row in rows:
            control.count(row)
        yield "".join(f"{_line(row, base_currency, zone)}\r\n" for row in rows)


def _line(row: JournalRow, base_currency: str, zone: ZoneInfo) -> str:
    debit, credit = sides(row.base)
    foreign = row.currency != base_currency
    cells = (
        row.journal,
        row.journal_name,
        str(row.entry),
        _day(row.date),
        row.account,
        row.account_name,
        row.customer,
        row.customer_name,
        row.document,
        _day(row.document_date),
        row.text,
        _amount(debit, base_currency),
        _amount(credit, base_currency),
        row.letter,
        _day(row.lettered_on),
        _day(row.posted_at.astimezone(zone).date()),
        _amount(row.amount, row.currency) if foreign else "",
        row.currency if foreign else "",
    )
    return "\t".join(_plain(cell) for cell in cells)


def _plain(text: str) -> str:
    return BREAKS.sub(" ", text).strip()


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


def _amount(amount: Decimal, currency: str) -> str:
    return f"{quantize(amount, currency):f}".replace(".", ",")


def _report(name: str, period: Period, control: Control, digest: str, currency: str) -> str:
    def money(amount: Decimal) -> str:
        return f"{quantize(amount, currency):f}"

    lines = [
        f"file: {name}",
        f"sha256: {digest}",
        f"period: {period.start.isoformat()} {period.end.isoformat()}",
        f"currency: {currency}",
        f"entries: {control.entries}",
        f"rows: {control.rows}",
        f"lettered rows: {control.lettered}",
        f"debit: {money(control.debit)}",
        f"credit: {money(control.credit)}",
        f"difference: {money(control.debit - control.credit)}",
        f"entries out of balance: {', '.join(map(str, control.unbalanced)) or 'none'}",
        "",
        "account\tdebit\tcredit\tbalance",
    ]
    for account, (debit, credit) in sorted(control.accounts.items()):
        lines.append(f"{account}\t{money(debit)}\t{money(credit)}\t{money(debit - credit)}")
    return "\n".join(lines) + "\n"
