"""Each type of file, and the worked examples of SPEC 18 as files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from arledger.companies.models import Account
from imports.errors import DateFormatUnclear
from ledger.checks import check
from ledger.models import Document, JournalEntry
from refunds.errors import RefundsDisabled
from summaries import services as summaries
from summaries.services import SummaryInput
from tests.build import Books, books
from tests.imports.uploads import Desk

pytestmark = pytest.mark.django_db
INVOICES = "number,customer,date,due_date,amount\n"
PAYMENTS = (
    "number,customer,date,amount,method,bank_account,invoice,applied,credit_kind,credit,credit_amount\n"
)
ADVANCES = "number,customer,date,method,bank_account,amount\n"
MEMOS = "number,customer,date,amount,reason\n"
REFUNDS = "number,customer,date,bank_account,credit_kind,credit,credit_line,credit_amount,amount,action\n"
OPENING = "number,customer,date,due_date,amount,gl_date,account\n"
ON = date(2026, 3, 10)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with books() as made:
        made.configure(refunds_enabled=True)
        made.customer = made.add_customer("Acme Ltd", code="ACME")
        yield Desk(made)


def invoices(desk: Desk, *documents: tuple[str, list[str]]) -> None:
    rows = [
        f"{number},ACME,2026-01-{day:02d},2026-02-{day:02d},{amount}\n"
        if first
        else f"{number},,,,{amount}\n"
        for day, (number, amounts) in enumerate(documents, start=1)
        for first, amount in ((place == 0, amount) for place, amount in enumerate(amounts))
    ]
    good(desk, "invoices", INVOICES + "".join(rows))


def good(desk: Desk, kind: str, text: str) -> None:
    row = desk.upload(kind, text)
    assert desk.faults(row) == []
    assert desk.commit(row).state == "committed"
    assert check(desk.made.company.pk) == []


def found(made: Books, number: str, kind: str = "invoice") -> int:
    return Document.objects.get(company=made.company, number=number, kind=kind, state="posted").pk


def left(desk: Desk, number: str, kind: str = "invoice") -> Decimal:
    return desk.made.open(found(desk.made, number, kind), on=ON)


def lines(desk: Desk, number: str) -> list[Decimal]:
    return desk.made.open_lines(found(desk.made, number), on=ON)


# Worked examples ---------------------------------------------------------------------------------------------


def test_w1_inline_credits(desk: Desk) -> None:
    invoices(desk, ("I1", ["300.00", "100.00", "-20.00"]))
    assert left(desk, "I1") == 380
    assert lines(desk, "I1") == [280, 100, 0]
    desk.made.configure(auto_apply_inline_credits=False)
    invoices(desk, ("I2", ["300.00", "100.00", "-20.00"]))
    assert lines(desk, "I2") == [300, 100, -20]


def test_w2_a_receipt_over_three_invoices(desk: Desk) -> None:
    invoices(desk, ("A", ["300"]), ("B", ["160"]), ("C", ["300", "100", "-20"]))
    rows = "P1,ACME,2026-03-01,500.00,transfer,BANK,A,,,,\nP1,,,,,,B,,,,\nP1,,,,,,C,,,,\n"
    good(desk, "payments", PAYMENTS + rows)
    assert [left(desk, number) for number in "ABC"] == [0, 0, 340]
    assert lines(desk, "C") == [240, 100, 0]
    codes = [desk.made.code(found(desk.made, number), on=ON) for number in "ABC"]
    assert [code.isupper() for code in codes] == [True, True, False]
    good(desk, "payments", PAYMENTS + "P2,ACME,2026-03-02,340.01,transfer,BANK,C,,,,\n")
    assert left(desk, "C") == 0
    assert left(desk, "P2", "payment") == Decimal("-0.01")


def test_w3_receipts_fill_lines_in_order(desk: Desk) -> None:
    invoices(desk, ("A", ["100", "50", "60"]))
    good(desk, "payments", PAYMENTS + "P1,ACME,2026-03-01,120,transfer,BANK,A,,,,\n")
    assert lines(desk, "A") == [0, 30, 60]
    good(desk, "payments", PAYMENTS + "P2,ACME,2026-03-02,90,transfer,BANK,A,,,,\n")
    assert lines(desk, "A") == [0, 0, 0]


def test_w4_a_credit_memo_and_cash_in_one_step(desk: Desk) -> None:
    invoices(desk, ("A", ["300"]), ("B", ["400"]), ("C", ["500"]))
    good(desk, "adjustments", MEMOS + "CM,ACME,2026-02-01,-1000,Too much\n")
    rows = "P,ACME,2026-03-01,200,transfer,BANK,A,,adjustment,CM,\nP,,,,,,B,,,,\nP,,,,,,C,,,,\n"
    good(desk, "payments", PAYMENTS + rows)
    assert [left(desk, number) for number in "ABC"] == [0, 0, 0]
    assert left(desk, "CM", "adjustment") == 0
    assert left(desk, "P", "payment") == 0


def test_w5_an_advance_and_cash(desk: Desk) -> None:
    invoices(desk, ("A", ["150"]), ("B", ["175"]))
    good(desk, "advances", ADVANCES + "ADV,ACME,2026-01-02,transfer,BANK,200\n")
    rows = "P,ACME,2026-03-01,125,transfer,BANK,A,,,ADV,\nP,,,,,,B,,,,\n"
    good(desk, "payments", PAYMENTS + rows)
    assert [left(desk, number) for number in "AB"] == [0, 0]
    assert left(desk, "ADV", "advance") == 0


def test_w6_what_is_left_inline_is_never_refunded(desk: Desk) -> None:
    invoices(desk, ("A", ["10", "-25", "40", "-5", "-30"]))
    assert left(desk, "A") == -10
    assert lines(desk, "A") == [0, 0, 0, 0, -10]
    row = desk.upload("refunds", REFUNDS + "R,ACME,2026-03-01,BANK,invoice,A,,6,,\n")
    assert desk.places(row) == [(2, "credit", "refund_beside_charges")]


def test_w7_an_invoice_that_settles_itself(desk: Desk) -> None:
    invoices(desk, ("A", ["-100", "100"]))
    assert left(desk, "A") == 0
    row = desk.upload("payments", PAYMENTS + "P,ACME,2026-03-01,10,transfer,BANK,A,10,,,\n")
    assert desk.places(row)[0][:2] == (2, "applied")
    row = desk.upload("refunds", REFUNDS + "R,ACME,2026-03-01,BANK,invoice,A,,6,,\n")
    assert desk.places(row)[0][:2] == (2, "credit")


def test_w8_an_advance_refunded_in_part(desk: Desk) -> None:
    good(desk, "advances", ADVANCES + "ADV,ACME,2026-01-02,transfer,BANK,200\n")
    good(desk, "refunds", REFUNDS + "R,ACME,2026-03-01,BANK,advance,ADV,,80,,\n")
    assert left(desk, "ADV", "advance") == -120
    desk.made.reverse(found(desk.made, "R", "refund"))
    assert desk.made.open(found(desk.made, "ADV", "advance"), on=date(2026, 4, 1)) == -200


def test_w14_a_negative_invoice_refunded_in_part(desk: Desk) -> None:
    invoices(desk, ("N", ["-80"]), ("M", ["-100", "20"]))
    good(desk, "refunds", REFUNDS + "R,ACME,2026-03-01,BANK,negative invoice,N,,30,,\n")
    assert left(desk, "N") == -50
    row = desk.upload("refunds", REFUNDS + "S,ACME,2026-03-01,BANK,,M,,10,,\n")
    assert desk.places(row) == [(2, "credit", "refund_beside_charges")]


# Refunds -----------------------------------------------------------------------------------------------------


def test_an_advance_without_a_number_cannot_be_named(desk: Desk) -> None:
    desk.made.advance(50)
    for credit in ("", "2026-03-15", "ADV-00001"):
        text = REFUNDS + f"R,ACME,2026-03-20,BANK,advance,{credit},,10,,\n"
        row = desk.upload("refunds", text)
        place = desk.faults(row)
        assert [fault[:3] for fault in place] == [(2, "credit", "import_advance_without_number")]
        assert "this customer has 1 of them" in place[0][3]


def test_credits_are_named_by_kind_number_and_line(desk: Desk) -> None:
    invoices(desk, ("X", ["-10", "-20"]))
    good(desk, "adjustments", MEMOS + "X,ACME,2026-02-01,-30,\n")
    row = desk.upload("refunds", REFUNDS + "R,ACME,2026-03-01,BANK,,X,,5,,\n")
    assert desk.places(row) == [(2, "credit_kind", "import_credit_ambiguous")]
    rows = "R,ACME,2026-03-01,BANK,invoice,X,2,15,,\nR,,,,adjustment,X,,,,\n"
    good(desk, "refunds", REFUNDS + rows)
    assert lines(desk, "X") == [-10, -5]
    assert left(desk, "X", "adjustment") == 0


def test_what_cannot_be_refunded_is_told_at_its_cell(desk: Desk) -> None:
    desk.made.add_customer("Other", code="OTHER")
    good(desk, "adjustments", MEMOS + "CM,ACME,2026-02-01,-30,\nDM,ACME,2026-02-01,30,\n")
    rows = (
        "A,ACME,2026-03-01,BANK,adjustment,CM,,40,,\n"
        "B,OTHER,2026-03-01,BANK,adjustment,CM,,10,,\n"
        "C,ACME,2026-03-01,BANK,cheese,CM,,10,,\n"
        "D,ACME,2026-03-01,BANK,adjustment,CM,7,10,,\n"
        "E,ACME,2026-03-01,,adjustment,CM,,10,,\n"
        "F,ACME,2026-03-01,BANK,,,,10,,\n"
        "G,ACME,2026-03-01,BANK,adjustment,DM,,10,,\n"
        "H,ACME,2026-03-01,BANK,adjustment,CM,,10,11,\n"
        "I,ACME,2026-01-01,BANK,adjustment,CM,,10,,\n"
        "J,ACME,2026-03-01,BANK,adjustment,CM,,,25,\n"
        "K,ACME,2026-03-01,BANK,adjustment,CM,,10,,\n"
    )
    row = desk.upload("refunds", REFUNDS + rows, mode="good")
    assert desk.places(row) == [
        (2, "credit_amount", "refund_not_enough_left"),
        (3, "credit", "import_credit_unknown"),
        (4, "credit_kind", "import_credit_kind_unknown"),
        (5, "credit_line", "import_credit_line_unknown"),
        (6, "bank_account", "required"),
        (7, "credit", "import_credit_without_number"),
        (8, "credit", "refund_of_charge"),
        (9, "amount", "refund_amounts_differ"),
        (10, "date", "refund_too_early"),
        (12, "credit_amount", "refund_not_enough_left"),
    ]
    desk.commit(row)
    assert left(desk, "CM", "adjustment") == -5, "25 given back by J, and 10 more were not there"


def test_refunds_are_drafted_per_row_and_per_right(desk: Desk) -> None:
    good(desk, "adjustments", MEMOS + "CM,ACME,2026-02-01,-30,\n")
    rows = "A,ACME,2026-03-01,BANK,adjustment,CM,,10,,draft\nB,ACME,2026-03-01,BANK,adjustment,CM,,5,,post\n"
    row = desk.load("refunds", REFUNDS + rows, mode="good")
    assert (row.rows_ok, row.drafts) == (2, 1)
    desk.made = desk.made.limited_to(desk.made.actor.rights - {"refunds.post"})
    row = desk.load("refunds", REFUNDS + "C,ACME,2026-03-01,BANK,adjustment,CM,,5,,post\n")
    assert (row.rows_ok, row.drafts) == (1, 1)
    states = dict(
        Document.objects.filter(company=desk.made.company, kind="refund").values_list("number", "state")
    )
    assert states == {"A": "draft", "B": "posted", "C": "draft"}


def test_refunds_that_are_off_are_refused_as_everywhere(desk: Desk) -> None:
    good(desk, "adjustments", MEMOS + "CM,ACME,2026-02-01,-30,\n")
    desk.made.configure(refunds_enabled=False)
    row = desk.upload("refunds", REFUNDS + "A,ACME,2026-03-01,BANK,adjustment,CM,,10,,\n")
    assert [code for _row, _column, code in desk.places(row)] == [RefundsDisabled.code]


# Opening balances --------------------------------------------------------------------------------------------


def test_open_items_are_taken_over_without_revenue(desk: Desk) -> None:
    desk.made.configure(closed_through=date(2025, 12, 31))
    rows = "OLD-1,ACME,2025-11-03,2025-12-03,1250.00,2026-01-01,\nOLD-2,ACME,2025-12-20,,-75.50,2026-01-01,\n"
    good(desk, "opening_balances", OPENING + rows)
    owed = desk.made.document(found(desk.made, "OLD-1"))
    assert (owed.date, owed.due_date, owed.gl_date, owed.total) == (
        date(2025, 11, 3),
        date(2025, 12, 3),
        date(2026, 1, 1),
        1250,
    )
    assert left(desk, "OLD-2", "adjustment") == Decimal("-75.50")
    accounts = dict(Account.objects.filter(company=desk.made.company).values_list("pk", "code"))
    booked: dict[str, Decimal] = {}
    for entry in JournalEntry.objects.filter(company_id=desk.made.company.pk):
        code = accounts[entry.account_id]
        booked[code] = booked.get(code, Decimal(0)) + entry.amount
    assert booked == {"411000": Decimal("1174.50"), "890000": Decimal("-1174.50")}
    good(desk, "payments", PAYMENTS + "P,ACME,2026-02-01,1250,transfer,BANK,OLD-1,,,,\n")
    assert left(desk, "OLD-1") == 0


def test_what_is_no_open_item_is_told_at_its_cell(desk: Desk) -> None:
    desk.made.configure(closed_through=date(2025, 12, 31))
    rows = (
        "A,ACME,2025-11-03,,10,,\n"
        "B,ACME,2026-01-03,,0,,\n"
        "C,ACME,2026-01-03,,10,,706000\n"
        "D,NOBODY,2026-01-03,,10,2025-12-31,\n"
        "E,ACME,2026-01-03,,10,2025-12-31,\n"
        "F,ACME,2026-01-03,2026-01-01,10,,\n"
        "F,ACME,2026-01-03,,10,,\n"
        "G,ACME,2026-01-03,,-10,,512000\n"
        "H,ACME,2026-01-03,,10,,411000\n"
    )
    row = desk.upload("opening_balances", OPENING + rows, mode="good")
    assert desk.places(row) == [
        (2, "date", "period_closed"),
        (3, "amount", "import_opening_zero"),
        (4, "account", "import_opening_revenue"),
        (5, "customer", "import_code_unknown"),
        (6, "gl_date", "period_closed"),
        (7, "due_date", "due_before_date"),
        (8, "number", "import_used_before"),
        (10, "account", "account_is_control"),
    ]
    assert desk.commit(row).rows_ok == 1


# Others ------------------------------------------------------------------------------------------------------


def test_advances_of_several_rows(desk: Desk) -> None:
    text = "key,customer,date,method,amount,line_description\nk,ACME,2026-01-02,check,50,one\nk,,,,25,two\n"
    good(desk, "advances", text)
    advance = Document.objects.get(company=desk.made.company, kind="advance")
    assert (advance.number, advance.total, advance.bank_account_id) == (None, -75, None)
    row = desk.upload("advances", ADVANCES + "Z,ACME,2026-01-02,barter,BANK,-5\n")
    assert [place[:2] for place in desk.places(row)] == [(2, "amount")]


def test_adjustments_of_several_rows_with_a_reason(desk: Desk) -> None:
    text = "number,customer,date,amount,reason\nA1,ACME,2026-01-02,-30,Broken\nA1,,,10,\n"
    good(desk, "adjustments", text)
    memo = desk.made.document(found(desk.made, "A1", "adjustment"))
    assert (memo.total, memo.reason) == (-20, "Broken")


def test_receipts_of_one_file_stand_on_each_other_in_the_check(desk: Desk) -> None:
    invoices(desk, ("A", ["100"]))
    rows = "P1,ACME,2026-03-01,60,transfer,BANK,A,60,,,\nP2,ACME,2026-03-01,60,transfer,BANK,A,60,,,\n"
    row = desk.upload("payments", PAYMENTS + rows, mode="good")
    assert [place[:2] for place in desk.places(row)] == [(3, "applied")]
    assert left(desk, "A") == 100, "a check changes nothing"


def test_customers_stand_on_those_above_them_in_the_check(desk: Desk) -> None:
    rows = "".join(f"K{n},Name {n},{f'K{n - 1}' if n % 7 else ''}\n" for n in range(7, 40))
    good(desk, "customers", "code,name,parent\n" + rows)


def test_dates_that_can_be_swapped_are_never_guessed(desk: Desk) -> None:
    with pytest.raises(DateFormatUnclear):
        desk.upload("opening_balances", OPENING + "A,ACME,05/06/2026,,10,,\n")


def test_documents_name_their_summary_by_its_title(desk: Desk) -> None:
    desk.made.configure(summary_frequency_invoices="user", summary_frequency_adjustments="user")
    made = {
        kind: summaries.add(
            actor=desk.made.actor, entered=SummaryInput(type=kind, title="March", gl_date=date(2026, 3, 31))
        )
        for kind in ("invoices", "adjustments")
    }
    head = "number,customer,date,due_date,amount,summary\n"
    rows = (
        "A,ACME,2026-03-10,2026-04-10,10,March\nB,ACME,2026-03-10,2026-04-10,10,\nC,ACME,2026-03-10,,1,Mai\n"
    )
    row = desk.load("invoices", head + rows, mode="good")
    assert desk.places(row) == [(3, "summary", "summary_missing"), (4, "summary", "import_code_unknown")]
    document = desk.made.document(found(desk.made, "A"))
    assert (document.summary_id, document.gl_date) == (made["invoices"], date(2026, 3, 31))
    good(desk, "opening_balances", head + "O,ACME,2026-03-10,,-5,March\n")
    opened = desk.made.document(found(desk.made, "O", "adjustment"))
    assert opened.summary_id == made["adjustments"]
