"""Raw SQL cannot give back what may not be given back, nor take a posted refund apart (SPEC 9, 15.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from tests.build import TODAY
from tests.databases import working_on
from tests.refunds.helping import cash_basis_memo, refunding

CLEARED = "ledger_refund_cleared"
REFUNDABLE = "ledger_refund_refundable"
UNDONE = "ledger_application_undone"
OVER_APPLIED = "ledger_line_never_over_applied"
Statement = tuple[str, dict[str, object]]


@dataclass(frozen=True)
class Given:
    """A draft refund of 40 of the credit memo ``memo`` (100), of which ``posted`` gave 10 back; credits beside it."""

    company: int
    customer: int
    draft: int
    line: int
    memo: int
    mixed: int
    taxed: int
    posted: int
    posted_line: int
    entry: int
    matching: int
    charge: int


@pytest.fixture(scope="module")
def given(committed_database: str, django_db_blocker: DjangoDbBlocker) -> Given:
    with working_on(committed_database, django_db_blocker), refunding() as b:
        memo, mixed, taxed = b.adjustment(-100), b.invoice(10, -60), cash_basis_memo(b, -60)
        posted = b.refund({memo: 10})
        draft = b.refund({memo: 40}, post=False)
        charge = b.line(b.invoice(5))
        return Given(
            company=b.company.pk,
            customer=b.customer,
            draft=draft,
            line=b.line(draft),
            memo=b.line(memo),
            mixed=b.line(mixed, 2),
            taxed=b.line(taxed),
            posted=posted,
            posted_line=b.line(posted),
            entry=b.applications(posted)[0],
            matching=b.match((charge, b.line(memo), 1)),
            charge=charge,
        )


@dataclass
class Session:
    """Somebody with a SQL prompt inside the company; every attempt is rolled back."""

    cursor: psycopg.Cursor[tuple[Any, ...]]
    given: Given

    def attempt(self, *statements: Statement) -> None:
        """Run the statements as one transaction would up to its commit, where the last guards ask."""
        with self.cursor.connection.transaction(force_rollback=True):
            for text, values in statements:
                self.cursor.execute(text, {**vars(self.given), "day": TODAY, **values})
                assert self.cursor.rowcount != 0, text
            self.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def refused(self, *statements: Statement, by: str) -> None:
        with pytest.raises(psycopg.Error) as caught:
            self.attempt(*statements)
        assert caught.value.diag.constraint_name == by, caught.value


@pytest.fixture(params=["app", "owner"])
def someone(request: pytest.FixtureRequest, given: Given, committed: None) -> Session:
    cursor = request.getfixturevalue(f"{request.param}_cursor")
    cursor.execute("SELECT set_config('arledger.company', %s, false)", [str(given.company)])
    return Session(cursor, given)


FREE: Statement = (
    "DELETE FROM ledger_reservation WHERE company_id = %(company)s AND document_id = %(draft)s",
    {},
)
POST = """
UPDATE ledger_document SET state = 'posted', number = 'X-1', gl_date = date, posted_at = created_at
WHERE company_id = %(company)s AND id = %(document)s
"""
CLEAR = """
INSERT INTO ledger_application (company_id, document_id, charge_line_id, credit_line_id, charge_document_id,
    credit_document_id, customer_id, amount, date, recorded_at, reason)
SELECT %(company)s, %(maker)s, c.id, k.id, c.document_id, k.document_id, %(customer)s, %(amount)s, %(day)s, now(), ''
FROM ledger_line c, ledger_line k
WHERE c.company_id = %(company)s AND c.id = %(to)s AND k.company_id = %(company)s AND k.id = %(credit)s
"""


def post(document: int) -> Statement:
    return POST, {"document": document}


def clear(to: int, credit: int, amount: object, maker: int) -> Statement:
    return CLEAR, {"to": to, "credit": credit, "amount": amount, "maker": maker}


def test_a_refund_that_clears_all_of_its_amount_is_posted(someone: Session) -> None:
    """So that the refusals below are not for another reason."""
    g = someone.given
    someone.attempt(FREE, post(g.draft), clear(g.line, g.memo, 40, g.draft))


@pytest.mark.parametrize("amount", [None, 39, "39.99"])
def test_a_refund_clears_credits_for_all_of_its_amount(someone: Session, amount: object) -> None:
    g = someone.given
    cleared = [clear(g.line, g.memo, amount, g.draft)] if amount else []
    someone.refused(FREE, post(g.draft), *cleared, by=CLEARED)


def test_it_clears_them_by_its_own_posting(someone: Session) -> None:
    g = someone.given
    someone.refused(FREE, post(g.draft), clear(g.line, g.memo, 40, g.matching), by=CLEARED)


def test_a_credit_beside_charges_is_not_given_back(someone: Session) -> None:
    g = someone.given
    someone.refused(FREE, post(g.draft), clear(g.line, g.mixed, 40, g.draft), by=REFUNDABLE)


def test_a_credit_with_cash_basis_tax_is_not_given_back(someone: Session) -> None:
    g = someone.given
    parts = [clear(g.line, g.memo, 10, g.draft), clear(g.line, g.taxed, 30, g.draft)]
    someone.refused(FREE, post(g.draft), *parts, by=REFUNDABLE)


REDRAFT = """
INSERT INTO ledger_document (company_id, id, kind, state, customer_id, currency, exchange_rate, date, reference,
    description, bill_to, total, method, reason, created_at, updated_at, version)
SELECT company_id, -1, kind, 'draft', customer_id, %(currency)s, 1, date, '', '', '', %(amount)s, '', '', now(), now(),
       1
FROM ledger_document WHERE company_id = %(company)s AND id = %(draft)s
"""
RELINE = """
INSERT INTO ledger_line (company_id, id, document_id, customer_id, currency, position, description, account_id,
    control_account_id, amount, tax_code)
SELECT company_id, -1, -1, customer_id, %(currency)s, 1, '', account_id, control_account_id, %(amount)s, ''
FROM ledger_line WHERE company_id = %(company)s AND id = %(line)s
"""


def drafted(amount: int, currency: str = "EUR") -> list[Statement]:
    """A draft refund -1 with a line -1, as no service would write it."""
    values: dict[str, object] = {"amount": amount, "currency": currency}
    return [(REDRAFT, values), (RELINE, values)]


def test_a_refund_is_in_the_base_currency(someone: Session) -> None:
    someone.refused(*drafted(5, "USD"), post(-1), by=CLEARED)


def test_a_refund_gives_back(someone: Session) -> None:
    """Nothing, or the opposite, is no refund: only what voids one is negative."""
    someone.refused(*drafted(0), post(-1), by=CLEARED)
    someone.refused(*drafted(-5), post(-1), by=CLEARED)


def test_a_refund_drafted_by_hand_is_posted_like_any_other(someone: Session) -> None:
    someone.attempt(*drafted(5), post(-1), clear(-1, someone.given.memo, 5, -1))


UNAPPLY = """
INSERT INTO ledger_application (company_id, document_id, charge_line_id, credit_line_id, charge_document_id,
    credit_document_id, customer_id, amount, date, recorded_at, reason, reverses_id)
SELECT company_id, %(matching)s, charge_line_id, credit_line_id, charge_document_id, credit_document_id, customer_id,
       -1, date, now(), '', id
FROM ledger_application WHERE company_id = %(company)s AND id = %(undo)s
"""


def test_one_entry_of_a_refund_is_not_undone(someone: Session) -> None:
    someone.refused((UNAPPLY, {"undo": someone.given.entry}), by=UNDONE)


def test_what_another_document_matched_can_be_undone(someone: Session) -> None:
    """So that the refusal above is about refunds."""
    someone.attempt(
        (
            UNAPPLY.replace("id = %(undo)s", "document_id = %(undo)s"),
            {"undo": someone.given.matching},
        )
    )


def test_a_posted_refund_takes_no_other_credit(someone: Session) -> None:
    g = someone.given
    someone.refused(clear(g.posted_line, g.memo, 1, g.matching), by=OVER_APPLIED)


def test_what_a_draft_holds_cannot_be_used(someone: Session) -> None:
    """100, of which 10 are given back, 1 is matched and 40 are reserved."""
    g = someone.given
    someone.refused(*drafted(50), post(-1), clear(-1, g.memo, 50, -1), by=OVER_APPLIED)
    someone.attempt(*drafted(49), post(-1), clear(-1, g.memo, 49, -1))


def test_a_posted_refund_never_changes(someone: Session) -> None:
    change = "UPDATE ledger_document SET total = 9 WHERE company_id = %(company)s AND id = %(posted)s"
    someone.refused((change, {}), by="ledger_document_posted")
