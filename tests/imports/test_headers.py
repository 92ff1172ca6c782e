"""Headers as people write them, and descriptions of lines in files that have one column for them (SPEC 14)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imports.columns import COLUMNS, check_header
from imports.headers import _OF_KIND, NAMES, meanings
from imports.words import plain
from ledger.models import Document
from tests.build import books
from tests.imports.uploads import Desk


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    with books() as made:
        desk = Desk(made)
        desk.load("customers", "code,name\nACME,Acme\n")
        yield desk


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Due  Date ", "due_date"),
        ("DUE-DATE", "due_date"),
        ("Date d’échéance", "date_echeance"),
        ("N° facture", "n_facture"),
        ("Montant\u00a0(EUR)", "montant_eur"),
        ("№", "no"),
    ],
)
def test_case_accents_and_marks_do_not_count(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_other_names_never_take_the_place_of_a_column(kind: str) -> None:
    columns = {column.name for column in COLUMNS[kind]}
    assert {name: name for name in columns}.items() <= NAMES[kind].items()
    assert set(NAMES[kind].values()) == columns | {"import_error"}
    assert set(_OF_KIND[kind]) <= columns
    shown = tuple(name.replace("_", " ").title() for name in (column.name for column in COLUMNS[kind]))
    check_header(meanings(shown, kind), COLUMNS[kind])


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("invoices", "Invoice No.;Customer Code;Invoice Date;Due Date;Item;Revenue account;Amount"),
        ("invoices", "N° de facture;Code client;Date de facture;Date d’échéance;Désignation;Compte;Montant"),
        (
            "customers",
            "Code client;Nom;Devise;Conditions de paiement;Client parent;Courriel;Adresse;Pays;Actif",
        ),
        (
            "payments",
            "Payment number;Customer;Payment date;Amount received;Payment method;Bank;Invoice number;Applied",
        ),
        ("payments", "Numéro;Client;Date;Montant;Mode de paiement;Banque;Facture;Montant affecté"),
        ("refunds", "Number;Customer;Date;Bank;Credit type;Credit number;Credit line;Credit amount"),
        ("advances", "Numéro acompte;Client;Date;Mode de règlement;Compte bancaire;Montant"),
        ("adjustments", "Numéro avoir;Client;Date;Motif;Montant"),
        ("opening_balances", "Facture;Client;Date facture;Échéance;Solde"),
    ],
)
def test_the_usual_other_names_are_understood(kind: str, header: str) -> None:
    check_header(meanings(tuple(header.split(";")), kind), COLUMNS[kind])


def test_errors_and_failed_rows_speak_of_the_columns_of_the_file(desk: Desk) -> None:
    head = "Montant;N° facture;Client;Date;Échéance;Libellé\r\n"
    row = desk.upload(
        "invoices", head + "5,001;1;ACME;31/01/2026;28/02/2026;a\r\n7;2;ACME;31/01/2026;28/02/2026;b\r\n"
    )
    assert desk.places(row) == [(2, "Montant", "amount_decimals")]
    failed = desk.failed(row).splitlines()
    assert failed[0] == "Montant;N° facture;Client;Date;Échéance;Libellé;import_error"
    assert failed[1].startswith("5,001;1;ACME;31/01/2026;28/02/2026;a;")
    again = desk.load("invoices", "\r\n".join(failed).replace("5,001", "5"))
    assert (again.state, again.rows_ok) == ("committed", 1)


def test_one_column_of_descriptions_serves_document_and_lines(desk: Desk) -> None:
    head = "number,customer,date,due_date,description,amount\n"
    rows = [
        "1,ACME,2026-01-01,2026-02-01,Days,5\n1,ACME,2026-01-01,2026-02-01,Parts,6\n",
        "2,ACME,2026-01-01,2026-02-01,January,5\n2,,,,,6\n",
        "3,ACME,2026-01-01,2026-02-01,Alone,5\n",
    ]
    assert desk.load("invoices", head + "".join(rows)).state == "committed"
    found = Document.objects.filter(company=desk.made.company, kind="invoice").order_by("number")
    assert [
        (one.description, [line.description for line in one.lines.order_by("position")]) for one in found
    ] == [
        ("", ["Days", "Parts"]),
        ("January", ["", ""]),
        ("Alone", ["Alone"]),
    ]


def test_with_a_column_for_the_lines_a_document_has_one_description(desk: Desk) -> None:
    head = "number,customer,date,due_date,description,line_description,amount\n"
    row = desk.upload("invoices", head + "1,ACME,2026-01-01,2026-02-01,x,a,5\n1,,,,y,b,6\n")
    assert desk.places(row) == [(3, "description", "import_rows_differ")]


def test_fixed_words_are_read_in_any_case_and_in_french(desk: Desk) -> None:
    head = "number,customer,date,amount,method,action\n"
    rows = [("1", "Transfer", "POST"), ("2", "Chèque", "Brouillon"), ("3", "EN LIGNE", "comptabiliser")]
    text = "".join(f"{number},ACME,2026-01-01,5,{method},{action}\n" for number, method, action in rows)
    row = desk.load("payments", head + text)
    found = Document.objects.filter(company=desk.made.company, kind="payment").order_by("number")
    assert (row.state, [(one.method, one.state) for one in found]) == (
        "committed",
        [("transfer", "posted"), ("check", "draft"), ("online", "posted")],
    )


def test_words_that_mean_nothing_are_refused(desk: Desk) -> None:
    text = "customer,date,amount,method,auto,action\nACME,2026-01-01,5,wire,maybe,go\n"
    assert set(desk.places(desk.upload("payments", text))) == {
        (2, "auto", "import_flag_invalid"),
        (2, "action", "import_action_invalid"),
    }
    row = desk.upload("payments", "customer,date,amount,method\nACME,2026-01-01,5,wire\n")
    assert desk.places(row) == [(2, "method", "method_unknown")]
