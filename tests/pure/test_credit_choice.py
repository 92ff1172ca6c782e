"""What is taken of credits: never more than is there, exactly what was typed where nothing is said to be wrong."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.credit_choice import as_available, as_refundable, choose, grouped, in_order, oldest_first
from reconciliation.open_credits import CreditItem, CreditKind, NotRefundable
from reconciliation.typed import Cell, Typed

ZERO = Decimal(0)
DAY = date(2026, 3, 15)
AMOUNTS = st.integers(0, 30).map(Decimal)


def item(line: int, document: int, left: Decimal, *, barred: bool = False) -> CreditItem:
    return CreditItem(
        line=line,
        position=line,
        description="",
        document=document,
        document_kind="adjustment",
        kind=CreditKind.ADJUSTMENT,
        number=f"ADJ-{document}",
        date=DAY - timedelta(days=document * 7 % 5),
        reference="",
        customer=1,
        currency="EUR",
        amount=left + 5,
        open=left + 2,
        reserved=Decimal(2),
        total=-left - 5,
        entity=None,
        location=None,
        location_name="",
        control_account=1,
        not_refundable=NotRefundable.CHARGES if barred else None,
    )


@st.composite
def credits(draw: st.DrawFn) -> list[CreditItem]:
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    documents = [document for document, size in enumerate(sizes, start=1) for _ in range(size)]
    barred = {document for document in documents if draw(st.booleans())}
    return [
        item(line, document, draw(AMOUNTS), barred=document in barred)
        for line, document in enumerate(documents, start=1)
    ]


def typing(amounts: dict[str, Decimal]) -> Typed:
    return Typed({key: Cell(str(amount), True) for key, amount in amounts.items()}, amounts)


@given(credits(), st.data())
def test_nothing_is_taken_that_is_not_there(items: list[CreditItem], data: st.DataObject) -> None:
    keys = sorted({f"c{one.document}" for one in items} | {f"k{one.line}" for one in items})
    typed = data.draw(st.dictionaries(st.sampled_from(keys), AMOUNTS, max_size=6))
    chosen = choose(grouped(items), typing(typed), as_refundable)
    by_line = {one.line: one for one in items}
    assert all(ZERO < amount <= as_refundable(by_line[line]) for line, amount in chosen.lines.items())
    for group in grouped(items):
        own = {one.line: chosen.lines.get(one.line, ZERO) for one in group.items}
        keys_of = {group.key, *(f"k{line}" for line in own)}
        if keys_of & set(chosen.faults):
            continue
        if group.key in typed:
            assert sum(own.values()) == typed[group.key]
        for line, amount in own.items():
            wanted = typed.get(f"k{line}")
            assert wanted is None or amount == wanted
            assert amount == 0 or keys_of & set(typed)


@given(credits(), st.integers(-10, 200).map(Decimal))
def test_the_proposal_is_what_was_asked_or_all_there_is_the_oldest_first(
    items: list[CreditItem], amount: Decimal
) -> None:
    groups = grouped(items)
    taken = oldest_first(groups, amount, as_available)
    there = sum((one.available for one in items), ZERO)
    assert sum(taken.values(), ZERO) == max(min(amount, there), ZERO)
    in_full = [
        taken.get(group.key, ZERO) == sum((one.available for one in group.items), ZERO)
        for group in in_order(groups, "date")
    ]
    assert in_full == sorted(in_full, reverse=True) or ZERO in [group.available for group in groups]
    chosen = choose(groups, typing(taken), as_available)
    assert not chosen.faults
    assert chosen.total == sum(taken.values(), ZERO)
