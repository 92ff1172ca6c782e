"""The reports and lists of this app as files (SPEC 12, 14, 15)."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from arledger.companies.entity_forms import chosen_entity
from arledger.core.export_sources import Asked, ChoicesInvalid, Source, register
from arledger.core.http.list_tables import list_source
from arledger.core.tables import Table
from reconciliation import journal_pages as journal_pages
from reconciliation import statements_pages as statements
from reconciliation.account_pages import CustomerLister
from reconciliation.ageing_tables import Chosen, detail_table, summary_table
from reconciliation.entries_forms import SHOW, EntriesForm
from reconciliation.entries_pages import sentence
from reconciliation.entries_tables import entries_table, ledger_table
from reconciliation.received_forms import ItemsForm, ProofForm, TaxReceiptsForm
from reconciliation.received_tables import items_table, proof_table, receipts_table
from reconciliation.report_forms import AgeingForm
from reconciliation.unreconciled_pages import UnreconciledLister


def require_valid(form: forms.Form) -> None:
    """Raises ChoicesInvalid with what the form found wrong."""
    if not form.is_valid():
        found = [f"{form[name].label if name in form.fields else ''} {' '.join(map(str, errors))}".strip()
                 for name, errors in form.errors.items()]  # fmt: skip
        raise ChoicesInvalid(why=" ".join(found))


def _entries(asked: Asked) -> Table:
    form = _entries_form(asked)
    return entries_table(
        actor=asked.actor, query=form.query, company=asked.company.code, choices=sentence(form)
    )


def _ledger(asked: Asked) -> Table:
    form = _entries_form(asked)
    return ledger_table(
        actor=asked.actor, query=form.query, company=asked.company.code, choices=sentence(form)
    )


# What the API calls choices of the report (SPEC 15.1), beside the names on the page.
NAMES = {"from": "start", "to": "end"}
INCLUDED = {"include_all": "all", "include_zero_with_activity": "active"}


def _renamed(asked: Asked, names: Mapping[str, str]) -> QueryDict:
    """The choices under the names that the page has for them."""
    query = QueryDict(asked.query, mutable=True)
    for name, own in names.items():
        if name in query:
            query[own] = query.pop(name)[-1]
    return query


def _entries_form(asked: Asked) -> EntriesForm:
    query = _renamed(asked, NAMES)
    for name, value in reversed(INCLUDED.items()):
        if query.pop(name, [""])[-1] == "true":
            query["customers"] = value
    if "matches" in query:
        query.setlist("matches", [one for text in query.getlist("matches") for one in text.split(",")])
    form = EntriesForm(query, actor=asked.actor)
    require_valid(form)
    return form


def _entries_parameters(asked: Asked) -> set[str]:
    return {*NAMES, *INCLUDED, SHOW, *EntriesForm(QueryDict(), actor=asked.actor).fields}


def _ageing_parameters(asked: Asked) -> set[str]:
    return set(AgeingForm.of({}, asked.actor).fields)


def _chosen(asked: Asked) -> Chosen:
    form = AgeingForm.of(QueryDict(asked.query).dict(), asked.actor)
    require_valid(form)
    values = form.cleaned_data
    return Chosen(
        actor=asked.actor,
        company=asked.company.code,
        day=values["as_of"],
        basis=values["basis"],
        edges=values["buckets"],
        entity=values.get("entity"),
        entity_name=chosen_entity(form),
    )


register(
    Source(
        name="reconciliation",
        label=_("Customer reconciliation"),
        rights=["reconciliation.run"],
        table=_entries,
        parameters=_entries_parameters,
    )
)
register(
    Source(
        name="ledger",
        label=_("AR ledger"),
        rights=["ledger.run"],
        table=_ledger,
        parameters=_entries_parameters,
    )
)
register(
    Source(
        name="ageing",
        label=_("Ageing"),
        rights=["ageing.run"],
        table=lambda asked: summary_table(_chosen(asked)),
        parameters=_ageing_parameters,
    )
)
register(
    Source(
        name="ageing-detail",
        label=_("Ageing in detail"),
        rights=["ageing.run"],
        table=lambda asked: detail_table(_chosen(asked)),
        parameters=_ageing_parameters,
    )
)
# What the API calls choices of the proof (SPEC 15.1).
OF_PROOF = {"as_of": "day"}


def _items(asked: Asked) -> Table:
    form = ItemsForm(_renamed(asked, NAMES), actor=asked.actor)
    require_valid(form)
    return items_table(actor=asked.actor, query=form.query, company=asked.company.code)


def _receipts(asked: Asked) -> Table:
    form = TaxReceiptsForm(QueryDict(asked.query), actor=asked.actor)
    require_valid(form)
    return receipts_table(query=form.query, company=asked.company.code)


def _proof(asked: Asked) -> Table:
    form = ProofForm(_renamed(asked, OF_PROOF), actor=asked.actor)
    require_valid(form)
    return proof_table(actor=asked.actor, query=form.query, company=asked.company.code)


register(
    Source(
        name="payments-by-item",
        label=_("Payments by item and account"),
        rights=["payments_by_item.run"],
        table=_items,
        parameters=lambda asked: {*NAMES, *ItemsForm(QueryDict(), actor=asked.actor).fields},
    )
)
register(
    Source(
        name="tax-receipts",
        label=_("Tax receipts"),
        rights=["statements.run"],
        table=_receipts,
        parameters=lambda asked: set(TaxReceiptsForm(QueryDict(), actor=asked.actor).fields),
    )
)
register(
    Source(
        name="proof",
        label=_("Proof"),
        rights=["ledger.run"],
        table=_proof,
        parameters=lambda asked: {*OF_PROOF, *ProofForm.base_fields},
    )
)
# The journal and the FEC register themselves, beside their page.
register(
    Source(
        name=statements.SOURCE,
        label=_("Statements of account"),
        rights=["statements.run"],
        formats=("zip", "pdf"),
        write=statements.write,
        parts=statements.parts,
        parameters=statements.parameters,
    )
)
register(list_source(CustomerLister, _("Customers"), ["customers.list"]))
register(list_source(UnreconciledLister, _("Unreconciled items"), ["reconciliation.run"]))
