"""The spreading of a payment over open charges, without a database: what posting refuses, the preview shows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arledger.core.errors import Refusal, Refusals
from payments.inputs import PartInput
from reconciliation.distribution import Preview, distribute, faults, preview
from reconciliation.errors import AppliedOverFunds, AppliedOverReceived, NotAnOpenCharge
from reconciliation.open_credits import CreditItem, CreditKind
from reconciliation.open_items import OpenItem
from reconciliation.plans import CreditUse

DAY = date(2026, 3, 1)


def item(line: int, document: int, open: int, *, reserved: int = 0, position: int = 1) -> OpenItem:
    return OpenItem(
        line=line,
        position=position,
        description="",
        document=document,
        kind="invoice",
        number=f"INV-{document}",
        date=DAY,
        due_date=DAY,
        reference="",
        customer=1,
        currency="EUR",
        amount=Decimal(open),
        open=Decimal(open),
        reserved=Decimal(reserved),
    )


def part(amount: int | str, **more: object) -> PartInput:
    return PartInput(customer_id=1, amount=Decimal(amount), **more)  # type: ignore[arg-type]


def pins(**typed: int) -> dict[int, Decimal]:
    return {int(key[1:]): Decimal(amount) for key, amount in typed.items()}


W2 = [item(1, 1, 300), item(2, 2, 160), item(3, 3, 280), item(4, 3, 100, position=2)]


def amounts(found: Preview) -> dict[int, Decimal]:
    return dict(found.mix.charges)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (part(500, lines=pins(_1=310)), "INV-1 has 300.00 left; you entered 310.00. Use 300.00 at most."),
        (
            part(500, per_document=pins(_3=400)),
            "INV-3 has 380.00 left; you entered 400.00. Use 380.00 at most.",
        ),
        (
            part(500, lines=pins(_4=101)),
            "INV-3, line 2 has 100.00 left; you entered 101.00. Use 100.00 at most.",
        ),
        (part(500, per_document=pins(_2=-1)), "You entered −1.00. Use 0 or more."),
        (
            part(500, per_document=pins(_3=50), lines=pins(_4=60)),
            "The lines of INV-3 add up to 60.00; you entered 50.00 for the document. Make the two agree.",
        ),
    ],
)
def test_a_refusal_names_the_document_and_what_is_left(wanted: PartInput, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        distribute(wanted, W2)
    assert str(refused.value) == sentence


def test_what_drafts_have_selected_is_named() -> None:
    with pytest.raises(Refusal) as refused:
        distribute(part(500, per_document=pins(_1=10)), [item(1, 1, 300, reserved=300)])
    assert refused.value.code == "charge_selected_by_drafts"
    assert refused.value.values["reserved"] == 300


def test_every_wrong_amount_is_named_at_once() -> None:
    with pytest.raises(Refusals) as refused:
        distribute(part(500, lines=pins(_1=301, _9=5), per_document=pins(_2=161)), W2)
    assert [type(error).code for error in refused.value.errors] == [
        "charge_has_less_left",
        "not_an_open_charge",
        "charge_has_less_left",
    ]


def test_a_chosen_document_that_is_settled_is_refused() -> None:
    with pytest.raises(NotAnOpenCharge) as refused:
        distribute(part(500, documents=(1, 9)), W2)
    assert refused.value.values["document"] == 9


def test_a_preview_flows_around_what_was_typed() -> None:
    shown = preview(part(500, documents=(1, 2, 3), per_document=pins(_1=100)), W2)
    assert amounts(shown) == pins(_1=100, _2=160, _3=240)
    assert shown.mix.cash.remainder == 0


def test_a_preview_of_too_much_shows_what_was_typed_and_by_how_much() -> None:
    shown = preview(part(200, documents=(1, 2, 3), per_document=pins(_1=300)), W2)
    assert amounts(shown) == pins(_1=300)
    assert shown.mix.cash.remainder == -100


keys = st.integers(1, 5)
typed = st.dictionaries(keys, st.integers(-1, 400).map(Decimal), max_size=4)


@given(
    amount=st.integers(0, 1000),
    lines=typed,
    per_document=typed,
    documents=st.permutations([1, 2, 3]),
    reserved=st.integers(0, 300),
)
def test_a_preview_without_faults_is_what_posting_does(
    amount: int,
    lines: dict[int, Decimal],
    per_document: dict[int, Decimal],
    documents: list[int],
    reserved: int,
) -> None:
    items = [item(1, 1, 300, reserved=reserved), *W2[1:]]
    chosen = [key for key in documents if key != 1 or reserved < 300]
    wanted = part(amount, lines=lines, per_document=per_document, documents=chosen)
    shown = preview(wanted, items)
    assert sum(amounts(shown).values()) + shown.mix.cash.remainder == amount
    assert list(shown.faults) == [] or faults(wanted, items)
    left = {i.line: i.available for i in items}
    assert all(0 < used <= left[line] for line, used in amounts(shown).items())
    try:
        posted = distribute(wanted, items)
    except AppliedOverReceived:
        assert shown.mix.cash.remainder < 0
    except Refusal:
        assert shown.faults
    else:
        assert posted == shown.mix
        assert not shown.faults


def credit(
    line: int, document: int, open: int, *, reserved: int = 0, kind: CreditKind = CreditKind.ADJUSTMENT
) -> CreditItem:
    return CreditItem(
        line=line,
        position=line,
        description="",
        document=document,
        document_kind="adjustment",
        kind=kind,
        number=f"ADJ-{document}",
        date=DAY,
        reference="",
        customer=1,
        currency="EUR",
        amount=Decimal(open),
        open=Decimal(open),
        reserved=Decimal(reserved),
        total=Decimal(-open),
        entity=None,
        location=None,
        location_name="",
        control_account=1,
        not_refundable=None,
    )


def use(document: int, amount: int | None = None, *, line: int = 0) -> CreditUse:
    return CreditUse(
        document=0 if line else document, line=line, amount=None if amount is None else Decimal(amount)
    )


CREDITS = [credit(91, 9, 100), credit(92, 9, 50), credit(81, 8, 80, reserved=30, kind=CreditKind.ADVANCE)]


@pytest.mark.parametrize(
    ("uses", "sentence"),
    [
        ([use(9, 151)], "ADJ-9 has 150.00 left; you entered 151.00. Use 150.00 at most."),
        ([use(0, 51, line=92)], "ADJ-9, line 92 has 50.00 left; you entered 51.00. Use 50.00 at most."),
        ([use(8, 51)], "ADJ-8 has 50.00 left; you entered 51.00. Use 50.00 at most."),
        ([use(7)], "A chosen credit is not available any more, or is not this customer's. Reload the list."),
        ([use(9, -1)], "You entered −1.00. Use 0 or more."),
        ([use(9), use(9, 5)], "The same document or match is named twice. Name each once."),
    ],
)
def test_a_refusal_names_the_credit_and_what_is_left(uses: list[CreditUse], sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        distribute(part(500, credits=uses), W2, CREDITS)
    assert str(refused.value) == sentence


def test_a_document_amount_is_taken_line_by_line() -> None:
    found = distribute(part(0, documents=(1,), credits=[use(9, 120)]), W2, CREDITS)
    assert found.used == {91: 100, 92: 20}
    found = distribute(part(0, documents=(1,), credits=[use(9, 120), use(0, 50, line=92)]), W2, CREDITS)
    assert found.used == {91: 70, 92: 50}


uses = st.lists(
    st.builds(
        use,
        st.sampled_from([8, 9]),
        st.none() | st.integers(-1, 160),
        line=st.sampled_from([0, 91, 92, 81]),
    ),
    max_size=3,
    unique_by=lambda one: (one.document, one.line),
)


@given(
    amount=st.integers(0, 1000),
    lines=typed,
    per_document=typed,
    documents=st.lists(st.sampled_from([1, 2, 3]), unique=True),
    credits=uses,
)
def test_credits_and_cash_add_up_and_what_is_shown_is_posted(
    amount: int,
    lines: dict[int, Decimal],
    per_document: dict[int, Decimal],
    documents: list[int],
    credits: list[CreditUse],
) -> None:
    wanted = part(amount, lines=lines, per_document=per_document, documents=documents, credits=credits)
    shown = preview(wanted, W2, CREDITS)
    mixed = shown.mix
    used = sum(mixed.used.values(), Decimal(0))
    assert amount + used == sum(mixed.charges.values(), Decimal(0)) + mixed.cash.remainder
    left = {i.line: i.available for i in W2} | {i.line: i.available for i in CREDITS}
    assert all(0 < used <= left[line] for line, used in [*mixed.charges.items(), *mixed.used.items()])
    try:
        posted = distribute(wanted, W2, CREDITS)
    except (AppliedOverReceived, AppliedOverFunds):
        assert mixed.cash.remainder < 0
    except Refusal:
        assert shown.faults
    else:
        assert posted == mixed
        assert not shown.faults
        exact = part(
            amount,
            lines=dict(posted.charges),
            credits=[use(0, int(given), line=line) for line, given in posted.used.items()],
        )
        again = distribute(exact, W2, CREDITS)
        assert (again.charges, again.used) == (posted.charges, posted.used)
        assert again.cash.remainder == posted.cash.remainder
