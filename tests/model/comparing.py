"""Comparing the product's figures with those on paper, as of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from arledger.core.sql import fetch_all
from ledger.models import Document
from reconciliation.ageing import ageing
from reconciliation.figures import document_figures, entries, line_opens
from reconciliation.marks import Mark, Settlement
from reconciliation.report_rows import Filter, Row, Scope, openings, rows
from reconciliation.selectors import States, totals
from tests.build import Books
from tests.model import figures as paper_figures
from tests.model.figures import Figures
from tests.sound import unbalanced

CENTS = Decimal("0.01")


def compared(paper: Figures) -> list[paper_figures.Document]:
    return [d for d in paper.documents if d.posted and d.kind != "matching"]


def agree(b: Books, paper: Figures, day: date, *, lines: bool) -> None:
    """Open amounts, settlement, mark and code of every document; with ``lines`` also of every line."""
    documents = compared(paper)
    figures = document_figures(company_id=b.company.pk, ids=[d.key for d in documents], day=day)
    found = {
        d.number: (
            figures[d.key].open_sides,
            str(figures[d.key].settlement),
            str(figures[d.key].mark),
            figures[d.key].match_code,
        )
        for d in documents
    }
    expected = {
        d.number: (
            paper.sides(d, day) * CENTS,
            paper.settlement(d, day),
            paper.mark(d, day),
            paper.code(d, day),
        )
        for d in documents
    }
    assert found == expected, f"as of {day}"
    if lines:
        agree_on_lines(b, paper, documents, day)


def agree_on_lines(b: Books, paper: Figures, documents: list[paper_figures.Document], day: date) -> None:
    keys = [d.key for d in documents]
    opens = line_opens(company_id=b.company.pk, ids=keys, day=day)
    codes: dict[int, set[str]] = {}
    for entry in entries(company_id=b.company.pk, ids=keys, day=day):
        codes.setdefault(entry.line, set()).update(entry.codes)
    for document in documents:
        for place, line in enumerate(document.lines, start=1):
            name = f"{document.number} line {place} as of {day}"
            expected = (
                paper.open(line, day) * CENTS,
                abs(paper.reserved(line)) * CENTS,
                paper.open(line) * CENTS,
            )
            open_then, reserved, open_ever = opens[line.key]
            assert (open_then, abs(reserved), open_ever) == expected, name
            assert codes.get(line.key, set()) == paper.line_codes(line, day), name


def agree_on_lists(b: Books, paper: Figures, day: date) -> None:
    """The conditions that lists filter by choose the documents that have the state, and totals add them up."""
    states = States(b.company.pk, day)
    listed = Document.objects.filter(company=b.company).exclude(kind="matching")
    on_paper = compared(paper)
    for settlement in Settlement:
        found = listed.filter(states.settlement(settlement)).values_list("number", flat=True)
        assert set(found) == {d.number for d in on_paper if paper.settlement(d, day) == settlement}, (
            settlement
        )
    for mark in Mark:
        found = listed.filter(states.mark(mark)).values_list("number", flat=True)
        assert set(found) == {d.number for d in on_paper if paper.mark(d, day) == mark}, mark
    open_then = sum(paper.open(line, day) for d in on_paper for line in d.lines)
    posted = totals(b.company.pk, listed.filter(state="posted"), day)
    expected = [("EUR", len(on_paper), sum(d.total for d in on_paper) * CENTS, open_then * CENTS)]
    assert posted == (expected if on_paper else [])


JOURNAL = """
SELECT coalesce(sum(j.amount) FILTER (WHERE a.kind = 'receivable'), 0),
       coalesce(sum(j.amount) FILTER (WHERE a.kind = 'overpayments'), 0)
FROM ledger_journal j JOIN companies_account a ON a.company_id = j.company_id AND a.id = j.account_id
WHERE j.company_id = %s AND j.customer_id = %s AND j.date <= %s
"""


def agree_on_the_account(b: Books, paper: Figures, customers: list[int], day: date) -> None:
    """Ageing, balances and the journal of every customer as of a day."""
    aged = {row.customer: row for row in ageing(company_id=b.company.pk, day=day).rows}
    assert unbalanced(b.company.pk) == []
    for customer in customers:
        buckets, credits = paper.aged(customer, day)
        row = aged.get(customer)
        found = ([*row.buckets], row.credits) if row else ([Decimal(0)] * 6, Decimal(0))
        assert found == ([amount * CENTS for amount in buckets], credits * CENTS), f"aged as of {day}"
        assert sum(buckets) + credits == paper.balance(customer, day)
        controls = fetch_all(JOURNAL, [b.company.pk, customer, day])[0]
        names = ("receivable", "overpayments")
        assert list(controls) == [paper.balance(customer, day, name) * CENTS for name in names], (
            f"as of {day}"
        )


def agree_on_the_report(b: Books, paper: Figures, customers: list[int], day: date) -> None:
    """The rows of the reconciliation report add up to the account, and group by group to what is open."""
    numbers = {d.number: d for d in compared(paper)}
    scope = Scope(company_id=b.company.pk, start=date.min, end=day, as_at=day)
    found = rows(scope=scope, customers=customers, chosen=Filter())
    groups: dict[str, list[Row]] = {}
    for row in found:
        groups.setdefault(row.head_number, []).append(row)
    for customer in customers:
        balance = sum((row.amount for row in found if row.customer == customer), Decimal(0))
        assert balance == paper.balance(customer, day) * CENTS, f"as of {day}"
    for number, group in groups.items():
        head = numbers[number]
        opened = sum(paper.open(line, day) for line in head.lines)
        assert sum(row.amount for row in group) == opened * CENTS, f"{number} as of {day}"
        if head.kind != "payment":
            code = paper.code_at(head, day)
            assert {row.code for row in group} == {code}, f"{number} as of {day}"
            assert {row.match == "full" for row in group} == {paper.sides(head, day) == 0}
    start = day - timedelta(days=20)
    later = replace(scope, start=start)
    opened_with = openings(scope=later, customers=customers, chosen=Filter())
    slow = openings(scope=replace(later, entities=()), customers=customers, chosen=Filter())
    assert opened_with == slow
    inside = rows(scope=later, customers=customers, chosen=Filter())
    assert inside == [row for row in found if row.date >= start]
    for customer in customers:
        moved = sum((row.amount for row in inside if row.customer == customer), Decimal(0))
        before = opened_with.get((customer, "EUR"), Decimal(0))
        assert before + moved == paper.balance(customer, day) * CENTS
