"""Headers as people write them: which column of the import each column of a file is (SPEC 14, docs/adr/0065).

Case, blanks, accents and marks between words do not count; the usual other names of a column are known in English and
French. A column that nothing is known of is still refused, so that a misspelt one does not go unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from arledger.core.csvfile import HeaderDuplicate, Row, Tally
from imports.columns import COLUMNS, REASON, check_header
from imports.outcomes import Table
from imports.words import plain

_OTHER_NAMES = {
    "customer": "customer_code customer_no customer_number customer_id client code_client numero_client n_client",
    "date": "document_date date_piece date_document",
    "due_date": "echeance date_echeance",
    "term": "terms payment_term payment_terms term_code conditions conditions_paiement condition_paiement",
    "gl_date": "gl_posting_date date_comptable date_comptabilisation",
    "currency": "currency_code devise monnaie code_devise",
    "exchange_rate": "rate taux taux_change cours",
    "entity": "entity_code entite code_entite",
    "location": "location_code etablissement code_etablissement",
    "summary": "summary_title resume",
    "reference": "ref customer_reference po_number",
    "description": "memo libelle",
    "line_description": "item item_text item_description line_text libelle_ligne designation article",
    "account": "account_code revenue_account gl_account compte numero_compte compte_produit",
    "amount": "amt montant",
    "method": "payment_method mode mode_paiement mode_reglement moyen_paiement",
    "bank_account": "bank bank_code banque compte_bancaire",
    "key": "document_key cle",
    "tax_code": "code_taxe code_tva",
    "tax_amount": "montant_taxe montant_tva",
    "service_start": "service_from debut_service debut_prestation",
    "service_end": "service_to fin_service fin_prestation",
    "bill_to": "adresse_facturation facturer_a",
    "credit_kind": "credit_type kind_of_credit type_credit nature_credit",
    "credit": "credit_number credit_no credit_document numero_credit",
    "credit_line": "credit_position ligne_credit",
    "credit_amount": "amount_of_credit montant_credit",
    "applied": "applied_amount amount_applied allocated montant_affecte affecte affectation",
    "reason": "motif raison",
    "pay_to": "payee beneficiaire",
    "name": "customer_name nom raison_sociale nom_client",
    "parent": "parent_code parent_customer client_parent compte_parent",
    "email": "e_mail mail courriel",
    "address": "adresse",
    "country": "country_code pays code_pays",
    "active": "actif",
    "auto": "automatic automatique",
}
_NUMBER = "no num nr n numero document_number document_no numero_piece n_piece"
_OF_KIND = {
    "customers": {
        "code": "customer customer_code customer_no customer_number customer_id client code_client numero_client"
    },
    "invoices": {
        "number": f"{_NUMBER} invoice invoice_number invoice_no facture numero_facture n_facture",
        "date": "invoice_date date_facture",
        "amount": "line_amount montant_ligne",
        "account": "revenue_account_code",
    },
    "adjustments": {
        "number": f"{_NUMBER} adjustment adjustment_number credit_memo_number avoir numero_avoir regularisation "
        "numero_regularisation",
        "date": "adjustment_date date_avoir",
        "amount": "line_amount montant_ligne",
    },
    "advances": {
        "number": f"{_NUMBER} advance advance_number acompte numero_acompte",
        "date": "advance_date receipt_date date_acompte",
    },
    "payments": {
        "number": f"{_NUMBER} payment payment_number receipt_number paiement numero_paiement",
        "date": "payment_date receipt_date date_paiement date_reglement",
        "invoice": "invoice_number invoice_no document charge facture numero_facture n_facture",
        "amount": "amount_received received montant_recu",
    },
    "refunds": {
        "number": f"{_NUMBER} refund refund_number remboursement numero_remboursement",
        "date": "refund_date date_remboursement",
        "amount": "refund_amount montant_rembourse",
    },
    "opening_balances": {
        "number": f"{_NUMBER} invoice invoice_number item document facture numero_facture",
        "date": "invoice_date item_date date_facture",
        "amount": "open_amount balance montant_ouvert solde",
    },
}


def _names(kind: str) -> dict[str, str]:
    """The column that each plain heading of a type means; the names of the import itself come first."""
    own = {column.name for column in COLUMNS[kind]} | {REASON}
    found: dict[str, str] = {}
    for names in (_OTHER_NAMES, _OF_KIND[kind]):
        for name, others in names.items():
            if name in own:
                found |= dict.fromkeys(others.split(), name)
    return found | {name: name for name in own}


NAMES = {kind: _names(kind) for kind in COLUMNS}


class Understood:
    """A table whose columns have the names of import, whatever file calls them: ``given`` says that."""

    def __init__(self, table: Table, header: tuple[str, ...]) -> None:
        self._table = table
        self.header = header
        self.given = dict(zip(header, table.header, strict=True))

    @property
    def tally(self) -> Tally | None:
        return self._table.tally

    def __iter__(self) -> Iterator[Row]:
        for row in self._table:
            if row.fault is None:
                yield replace(row, values=dict(zip(self.header, row.cells, strict=True)))
            else:
                yield row


def meanings(header: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """The import's name of each column a file; what is not understood keeps its own. Raises HeaderDuplicate."""
    names = NAMES[kind]
    found = tuple(names.get(plain(name), name) for name in header)
    places: dict[str, int] = {}
    for place, name in enumerate(found, start=1):
        if name in places:
            raise HeaderDuplicate(row=1, first=places[name], second=place, name=name[:40])
        places[name] = place
    return found


def understood(table: Table, kind: str) -> Table:
    """The table as the import of ``kind`` reads it. Raises UnknownColumns, MissingColumns or HeaderDuplicate."""
    header = meanings(table.header, kind)
    check_header(header, COLUMNS[kind])
    return table if header == table.header else Understood(table, header)


def given(table: Table, column: str) -> str:
    """What the file calls a column of import."""
    return table.given.get(column, column) if isinstance(table, Understood) else column
