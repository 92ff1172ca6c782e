"""Statements of account for many customers: which, and then one PDF or a ZIP made by a job (SPEC 12)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arledger.companies.entity_forms import chosen_entity
from arledger.core import pdf
from arledger.core.export_sources import Asked, ChoicesInvalid, Written, source_of
from arledger.core.filetypes import clean_name
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.exporting import asked_of, choices_of, in_background
from arledger.core.http.forms import TextField
from arledger.core.tablefiles import Beat
from customers.models import Customer
from customers.selectors import visible
from reconciliation.ageing import ageing
from reconciliation.report_sql import LAST
from reconciliation.statement_pages import FORWARD, OPEN, StatementForm, forward, open_items, sheet_of

SOURCE = "statements"
MOST_IN_ONE = 2_000
FORMATS = (("zip", gettext_lazy("one PDF for each customer (ZIP)")), ("pdf", gettext_lazy("one PDF of all")))


class StatementsForm(StatementForm):
    """Customers by their codes, both ends included; with a balance on the day, or all."""

    customer_from = TextField(label=gettext_lazy("Customers from"), max_length=40, required=False)
    customer_to = TextField(label=gettext_lazy("Customers to"), max_length=40, required=False)
    everybody = forms.BooleanField(label=gettext_lazy("Also customers without a balance"), required=False)
    file = forms.ChoiceField(label=gettext_lazy("File"), choices=FORMATS, required=False)


@page("statements.run")
def statements(request: PageRequest) -> HttpResponse:
    """Choose customers and day, see how many statements that makes (GET), and have them made (POST)."""
    posted = request.method == "POST"
    sent = request.POST if posted else request.GET
    actor = request.actor
    form = (
        StatementsForm(sent, actor=actor)
        if sent
        else StatementsForm(initial={"way": OPEN, "end": actor.today}, actor=actor)
    )
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        asked = asked_of(request, form.cleaned_data["file"] or "zip", choices_of(sent))
        count = len(_customers(asked, form))
        context |= {
            "count": count,
            "too_many": asked.format == "pdf" and count > MOST_IN_ONE,
            "most": MOST_IN_ONE,
        }
        if posted and count and not context["too_many"]:
            return in_background(request, source_of(SOURCE), asked, _("Statements of account"))
    return render(request, "reports/statements.html", context, status=422 if posted else 200)


def _form(asked: Asked) -> StatementsForm:
    form = StatementsForm(QueryDict(asked.query), actor=asked.actor)
    if not form.is_valid():
        raise ChoicesInvalid(why=" ".join(str(error) for found in form.errors.values() for error in found))
    return form


def _day(asked: Asked, form: StatementsForm) -> date:
    found: date | None = form.cleaned_data["end"]
    return found or asked.actor.today


def _customers(asked: Asked, form: StatementsForm) -> list[Customer]:
    """Those chosen, by code."""
    values, actor = form.cleaned_data, asked.actor
    rows = visible(actor).filter(code__gte=values["customer_from"]).order_by("code")
    if values["customer_to"]:
        rows = rows.filter(code__lt=values["customer_to"] + LAST)
    if values["everybody"]:
        return list(rows)
    aged = ageing(
        company_id=actor.company_id,
        day=_day(asked, form),
        entities=actor.entities,
        entity=values.get("entity"),
    )
    owing = {row.customer for row in aged.rows if row.total}
    return [row for row in rows if row.pk in owing]


def _sheets(asked: Asked, form: StatementsForm, beat: Beat) -> Iterator[tuple[Customer, bytes]]:
    actor, end = asked.actor, _day(asked, form)
    start = form.cleaned_data["start"] or end.replace(day=1)
    onward, entity = form.cleaned_data["way"] == FORWARD, form.cleaned_data.get("entity")
    for done, found in enumerate(_customers(asked, form), start=1):
        parts = (
            forward(actor, found, start, end, entity=entity)
            if onward
            else open_items(actor, found, end, entity=entity)
        )
        sheet = sheet_of(asked.company, found, parts, end, forward=onward, entity=chosen_entity(form))
        yield found, pdf.render(sheet, at=actor.at)
        beat(done)


def write(asked: Asked, path: Path, beat: Beat) -> Written:
    """The ZIP, or the one PDF. Raises ChoicesInvalid."""
    form = _form(asked)
    day, count = _day(asked, form).isoformat(), 0
    if asked.format == "pdf":
        if len(_customers(asked, form)) > MOST_IN_ONE:
            raise ChoicesInvalid(
                why=_("One PDF holds at most %(limit)s statements.") % {"limit": MOST_IN_ONE}
            )
        files = [content for _customer, content in _sheets(asked, form, beat)]
        path.write_bytes(pdf.join(files, title=_("Statements of account")))
        return Written(name=f"statements-{asked.company.code}-{day}.pdf", rows=len(files))
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for found, content in _sheets(asked, form, beat):
            archive.writestr(_name(found, day), content)
            count += 1
    return Written(name=f"statements-{asked.company.code}-{day}.zip", rows=count)


def _name(found: Customer, day: str) -> str:
    code = found.code.replace("/", "-").replace("\\", "-")
    return clean_name(f"statement-{code}-{day}.pdf")


def parts(asked: Asked) -> int:
    return len(_customers(asked, _form(asked)))


def parameters(asked: Asked) -> Collection[str]:
    return set(StatementsForm(actor=asked.actor).fields) - {"file"}
