"""A clerk who does anything at any time, in the product and on paper: both must say the same after every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar, TypeVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from arledger.core.errors import Refusal, Refusals
from arledger.core.sql import fetch_all
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from ledger.models import Application
from ledger.models import Line as Row
from payments import services as payments
from tests.build import TODAY, Books
from tests.model.comparing import agree, agree_on_lists, agree_on_the_account, agree_on_the_report
from tests.model.figures import NEVER, Document, Line
from tests.model.paper import Paper, Refused

CENTS = Decimal("0.01")
INDEX = st.integers(0, 1_000)
DELTA = st.integers(-12, 12)
SIGNED = st.integers(-40, 60).map(lambda n: n * 5)
POSITIVE = st.integers(1, 60).map(lambda n: n * 5)
FIELDS = ("id", "charge_line_id", "credit_line_id", "amount", "date", "charge_code", "credit_code")


def cents(amount: int) -> Decimal:
    return amount * CENTS


T = TypeVar("T")


def pick(found: Sequence[T], which: int) -> T:
    return found[which % len(found)]


class Clerk(RuleBasedStateMachine):
    """``books`` is the product's company, set by the test; every example works in a savepoint of it."""

    books: ClassVar[Books]

    def __init__(self) -> None:
        super().__init__()
        self.b = self.books
        self.paper = Paper()
        self.today = TODAY
        self.steps = 0
        self.customers = [self.b.customer, self.b.names["other"]]
        self.savepoint = transaction.savepoint()
        self.last = self._newest()

    def teardown(self) -> None:
        day = self.today + timedelta(days=self.steps * 5 % 19 - 9)
        agree_on_the_account(self.b, self.paper, self.customers, day)
        agree_on_lists(self.b, self.paper, day)
        agree_on_the_report(self.b, self.paper, self.customers, day)
        transaction.savepoint_rollback(self.savepoint)

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)
        instant = self.b.actor.at + timedelta(days=days)
        self.b = replace(self.b, actor=replace(self.b.actor, at=instant))

    @rule(who=INDEX, amounts=st.lists(SIGNED, min_size=1, max_size=5), delta=DELTA, post=st.booleans())
    def enter_an_invoice(self, who: int, amounts: list[int], delta: int, post: bool) -> None:
        day = self.today + timedelta(days=delta)
        customer = self.customers[who % 2]

        def on_paper() -> Document:
            document = self.paper.draft_invoice(customer, day, amounts)
            if post:
                self.paper.post_invoice(document)
            return document

        entered = self._invoice(customer, day, amounts)
        self._both(on_paper, lambda: invoices.enter(actor=self.b.actor, invoices=[entered], post=post)[0])

    @precondition(lambda self: self._drafts("invoice"))
    @rule(which=INDEX, amounts=st.lists(SIGNED, min_size=1, max_size=4))
    def edit_an_invoice(self, which: int, amounts: list[int]) -> None:
        old = pick(self._drafts("invoice"), which)

        def on_paper() -> Document:
            old.lines = [Line(old, old.customer, amount) for amount in amounts]
            return old

        entered = self._invoice(old.customer, old.day, amounts)
        version = self.b.document(old.key).version
        self._both(
            on_paper, lambda: self._same(old, invoices.edit, key=old.key, entered=entered, version=version)
        )

    @precondition(lambda self: self._drafts("invoice", "payment"))
    @rule(which=INDEX)
    def post_a_draft(self, which: int) -> None:
        draft = pick(self._drafts("invoice", "payment"), which)
        verbs = invoices if draft.kind == "invoice" else payments
        write = self.paper.post_invoice if draft.kind == "invoice" else self.paper.post_payment
        self._both(lambda: write(draft) or draft, lambda: self._same(draft, verbs.post, ids=[draft.key]))

    @precondition(lambda self: self._drafts("invoice", "payment"))
    @rule(which=INDEX)
    def delete_a_draft(self, which: int) -> None:
        draft = pick(self._drafts("invoice", "payment"), which)
        verbs = invoices if draft.kind == "invoice" else payments
        self._both(
            lambda: self.paper.delete(draft), lambda: verbs.delete(actor=self.b.actor, ids=[draft.key])
        )

    @rule(
        who=INDEX,
        amount=POSITIVE,
        delta=DELTA,
        post=st.booleans(),
        way=st.sampled_from("aaodpb"),
        picks=st.lists(st.tuples(INDEX, POSITIVE), max_size=3),
    )
    def receive(
        self, who: int, amount: int, delta: int, post: bool, way: str, picks: list[tuple[int, int]]
    ) -> None:
        """By due date, over documents in an order, as an overpayment, with typed amounts, or both."""
        day = self.today + timedelta(days=delta)
        customer = self.customers[who % 2]
        lines = self.paper.charges(customer)
        order = list(dict.fromkeys(lines[n % len(lines)].document for n, _ in picks)) if lines else []
        typed = {lines[n % len(lines)]: sum_ for n, sum_ in picks} if lines else {}
        auto = way in "ab"
        chosen = None if auto else order if way == "o" else []
        pins = typed if way in "pb" else {}

        def on_paper() -> Document:
            taken = self.paper.spread(customer, amount, chosen, pins)
            document = Document("payment", customer, day)
            if not post:
                return self.paper.draft_payment(customer, day, amount, taken)
            self.paper.write_payment(document, amount, taken)
            return document

        self._both(
            on_paper,
            lambda: self.b.receipt(
                cents(amount),
                [document.key for document in chosen or ()],
                on=day,
                lines={line.key: cents(sum_) for line, sum_ in pins.items()},
                auto=auto,
                customer=customer,
                post=post,
            ),
        )

    @precondition(lambda self: self._lines(1) and self._lines(-1))
    @rule(charge=INDEX, credit=INDEX, amount=POSITIVE, most=st.booleans(), later=st.none() | DELTA)
    def match(self, charge: int, credit: int, amount: int, most: bool, later: int | None) -> None:
        one, other = pick(self._lines(1), charge), pick(self._lines(-1), credit)
        if most:
            amount = min(self.paper.available(one), self.paper.available(other)) or amount
        on = None if later is None else self.today + timedelta(days=later)
        self._both(
            lambda: self.paper.match(one, other, amount, on),
            lambda: self.b.match((one.key, other.key, cents(amount)), on=on),
        )

    @precondition(lambda self: self.paper.matches)
    @rule(which=INDEX, amount=st.none() | POSITIVE, recent=st.booleans())
    def unapply(self, which: int, amount: int | None, recent: bool) -> None:
        found = [m for m in self.paper.matches if m.at(NEVER)] if recent else self.paper.matches
        match = pick(found or self.paper.matches, which)
        self._both(
            lambda: self.paper.unapply(match, amount, self.today),
            lambda: self.b.unapply(match.key, amount=None if amount is None else cents(amount)),
        )

    @precondition(lambda self: self._kept())
    @rule(which=INDEX, delta=DELTA)
    def reverse(self, which: int, delta: int) -> None:
        document = pick(self._kept(), which)
        on = self.today + timedelta(days=delta)
        self._both(lambda: self.paper.reverse(document, on), lambda: self.b.reverse(document.key, on=on))

    @precondition(lambda self: self._posted())
    @rule(which=INDEX)
    def repeat_a_posting(self, which: int) -> None:
        document = pick(self._posted(), which)
        verbs = invoices if document.kind == "invoice" else payments
        self._both(
            lambda: self.paper.post_payment(document),
            lambda: verbs.post(actor=self.b.actor, ids=[document.key]),
        )

    @invariant()
    def the_books_agree(self) -> None:
        self.steps += 1
        odd = self.steps % 2 == 1
        agree(self.b, self.paper, self.today, lines=odd)
        if not odd:
            agree(self.b, self.paper, self.today + timedelta(days=self.steps * 7 % 47 - 23), lines=True)

    def _both(self, on_paper: Callable[[], Document | None], in_books: Callable[[], object]) -> None:
        """Do a thing in both; refuse in both, for the same reason and without a trace, or in neither."""
        try:
            document = on_paper()
        except Refused as expected:
            owed = expected.code
            found = self._refusal(in_books)
        else:
            owed = found = ""
            with transaction.atomic():
                result = in_books()
            if document is not None:
                self._learn(document, result)
        assert found == (owed or found), "refused for another reason"
        self._compare_matches()

    def _refusal(self, in_books: Callable[[], object]) -> str:
        try:
            with transaction.atomic():
                in_books()
        except Refusals as refusals:
            return refusals.errors[0].code
        except Refusal as refusal:
            return refusal.code
        raise AssertionError("the books do what the paper refuses")

    def _learn(self, document: Document, key: object) -> None:
        """Remember the product's keys of a document and its lines; compare what was written of it."""
        assert isinstance(key, int)
        document.key = key
        written = self.b.document(key)
        assert (written.number or "", written.kind, written.date) == (
            document.number,
            document.kind,
            document.day,
        )
        assert written.total == cents(document.total)
        rows = list(Row.objects.filter(company=self.b.company, document=key).order_by("position"))
        assert [row.amount for row in rows] == [cents(line.amount) for line in document.lines]
        for row, line in zip(rows, document.lines, strict=True):
            line.key = row.pk

    def _compare_matches(self) -> None:
        """What the books matched since the last look is what the paper did: amounts, days, codes, in order."""
        rows = list(
            Application.objects.filter(company=self.b.company, reverses=None, pk__gt=self.last)
            .order_by("pk")
            .values_list(*FIELDS)
        )
        fresh = [match for match in self.paper.matches if not match.key]
        expected = [
            (m.charge.key, m.credit.key, cents(m.amount), m.day, m.codes[0] or None, m.codes[1] or None)
            for m in fresh
        ]
        assert [row[1:] for row in rows] == expected
        for row, match in zip(rows, fresh, strict=True):
            match.key = row[0]
        self.last = self._newest()

    def _newest(self) -> int:
        found = fetch_all("SELECT coalesce(max(id), 0) FROM ledger_application")
        return int(found[0][0])

    def _same(self, document: Document, verb: Callable[..., object], **named: object) -> int:
        verb(actor=self.b.actor, **named)
        return document.key

    def _invoice(self, customer: int, day: date, amounts: list[int]) -> DocumentInput:
        lines = [LineInput(amount=cents(amount)) for amount in amounts]
        return DocumentInput(customer_id=customer, date=day, lines=lines)

    def _drafts(self, *kinds: str) -> list[Document]:
        return [d for d in self.paper.documents if d.kind in kinds and not d.posted]

    def _posted(self) -> list[Document]:
        return [d for d in self.paper.documents if d.kind in ("invoice", "payment") and d.posted]

    def _kept(self) -> list[Document]:
        """Documents one may think of reversing, drafts and reversed ones among them."""
        return [d for d in self.paper.documents if d.kind in ("invoice", "payment")]

    def _lines(self, sign: int) -> list[Line]:
        return [
            line
            for document in self.paper.documents
            for line in document.lines
            if line.amount * sign > 0 and (document.kind == "invoice" or document.posted)
        ]
