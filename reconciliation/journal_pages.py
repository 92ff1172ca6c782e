"""The journal on screen and as files: what a period moved by account, its rows, the FEC of closed books (SPEC 16)."""

from __future__ import annotations

from pathlib import Path

from django import forms
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arledger.companies.models import Company
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.export_sources import Asked, ChoicesInvalid, Source, Written, register
from arledger.core.http import exporting
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import DayField
from arledger.core.money import quantize
from arledger.core.tablefiles import Beat
from arledger.core.tables import Chunks, Column, Table
from reconciliation.fec import require_closed, sides, write_fec
from reconciliation.journal import Period, account_totals, journal_rows, require_whole_books

TITLE = gettext_lazy("Journal")
COLUMNS = [
    Column(name="journal"),
    Column(name="entry", figure=True),
    Column(name="date"),
    Column(name="account"),
    Column(name="account_name"),
    Column(name="customer"),
    Column(name="customer_name"),
    Column(name="document"),
    Column(name="document_date"),
    Column(name="text"),
    Column(name="debit", figure=True),
    Column(name="credit", figure=True),
    Column(name="match_code"),
    Column(name="matched_on"),
    Column(name="currency"),
    Column(name="amount", figure=True),
]


class JournalForm(forms.Form):
    """An empty choice means the default: the current month to date."""

    start = DayField(label=gettext_lazy("From"))
    end = DayField(label=gettext_lazy("To"))

    @classmethod
    def of(cls, query: QueryDict, actor: Actor) -> JournalForm:
        today = actor.today
        defaults = {"start": today.replace(day=1).isoformat(), "end": today.isoformat()}
        return cls({name: query.get(name) or default for name, default in defaults.items()})

    @property
    def period(self) -> Period:
        return Period(start=self.cleaned_data["start"], end=self.cleaned_data["end"])


@page("ledger.run")
def journal(request: PageRequest) -> HttpResponseBase:
    """What the period moved, by account; with ``?format=`` its rows as a file."""
    if request.GET.get("format"):
        return exporting.answer(request, "journal")
    form = JournalForm.of(request.GET, request.actor)
    context: dict[str, object] = {"form": form, "currency": request.company.base_currency}
    if not form.is_valid():
        return render(request, "reports/journal.html", context, status=400)
    try:
        rows = account_totals(actor=request.actor, period=form.period)
    except Refusal as refusal:
        return render(request, "reports/journal.html", context | {"refusal": refusal}, status=refusal.status)
    try:
        require_closed(actor=request.actor, period=form.period)
    except Refusal as refusal:
        context["fec_refusal"] = refusal
    context |= {
        "rows": rows,
        "debit": sum(row.debit for row in rows),
        "credit": sum(row.credit for row in rows),
    }
    return render(request, "reports/journal.html", context)


@page("ledger.run")
def fec(request: PageRequest) -> HttpResponse:
    """Have the FEC of the period made."""
    source = FEC
    asked = exporting.asked_of(request, "zip", exporting.choices_of(request.GET))
    period = _period(asked)
    require_whole_books(request.actor, period)
    require_closed(actor=request.actor, period=period)
    return exporting.in_background(
        request, source, asked, f"FEC {period.start.isoformat()} {period.end.isoformat()}"
    )


def _period(asked: Asked) -> Period:
    """Raises ChoicesInvalid."""
    form = JournalForm.of(QueryDict(asked.query), asked.actor)
    if not form.is_valid():
        raise ChoicesInvalid(why=" ".join(str(error) for errors in form.errors.values() for error in errors))
    return form.period


def _table(asked: Asked) -> Table:
    actor, period = asked.actor, _period(asked)
    require_whole_books(actor, period)
    base = Company.objects.values_list("base_currency", flat=True).get(pk=actor.company_id)

    def chunks() -> Chunks:
        for rows in journal_rows(actor=actor, period=period):
            yield [
                (
                    row.journal,
                    row.entry,
                    row.date,
                    row.account,
                    row.account_name,
                    row.customer,
                    row.customer_name,
                    row.document,
                    row.document_date,
                    row.text,
                    *(quantize(amount, base) for amount in sides(row.base)),
                    row.letter,
                    row.lettered_on,
                    row.currency,
                    quantize(row.amount, row.currency),
                )
                for row in rows
            ]

    def expected(limit: int) -> int:
        return sum(total.rows for total in account_totals(actor=actor, period=period))

    name = f"journal-{asked.company.code}-{period.end.isoformat()}"
    return Table(name=name, title=_("Journal"), columns=COLUMNS, chunks=chunks, expected=expected)


def _write(asked: Asked, path: Path, beat: Beat) -> Written:
    period = _period(asked)
    control = write_fec(
        actor=asked.actor,
        company=asked.company.code,
        base_currency=Company.objects.values_list("base_currency", flat=True).get(pk=asked.actor.company_id),
        period=period,
        path=path,
        beat=beat,
    )
    return Written(name=f"{asked.company.code}FEC{period.end:%Y%m%d}.zip", rows=control.rows)


def _parts(asked: Asked) -> int:
    return sum(total.rows for total in account_totals(actor=asked.actor, period=_period(asked)))


def _parameters(_asked: Asked) -> set[str]:
    return set(JournalForm.base_fields)


FEC = Source(
    name="fec",
    label=gettext_lazy("FEC"),
    rights=["ledger.run"],
    formats=("zip",),
    write=_write,
    parts=_parts,
    parameters=_parameters,
)
register(
    Source(
        name="journal",
        label=TITLE,
        rights=["ledger.run"],
        formats=("csv", "xlsx"),
        table=_table,
        parameters=_parameters,
    )
)
register(FEC)
