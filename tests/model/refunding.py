"""Refunds on paper, and a clerk who gives credits back among everything else he does (SPEC 9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from refunds import services as refunds
from refunds.inputs import CreditChoice, RefundInput
from tests.model.comparing import agree_on_lists, agree_on_the_account, agree_on_the_report
from tests.model.figures import NEVER, Document, Line, Match
from tests.model.machine import DELTA, INDEX, POSITIVE, Clerk, cents, pick
from tests.model.paper import Paper, Refused

T = TypeVar("T")
# A credit line or a whole credit, and how much of it; None is all that is available.
Choice = tuple[Line | Document, int | None]
# What the books call a refusal where it is about a refund.
WORDS = {
    "not_a_draft": "refund_not_a_draft",
    "not_posted": "refund_not_posted",
    "already_reversed": "already_voided",
    "reversal_is_final": "void_is_final",
    "reversal_too_early": "void_too_early",
}


class RefundPaper(Paper):
    def __init__(self) -> None:
        super().__init__()
        self.numbers["refund"] = 0

    def draft_refund(self, customer: int, day: date, choices: Sequence[Choice]) -> Document:
        document = Document("refund", customer, day)
        document.holds = self._takes(customer, day, choices)
        document.lines = [line for line, _ in self._lines_of(document, document.holds)]
        self.documents.append(document)
        return document

    def refund(self, customer: int, day: date, choices: Sequence[Choice]) -> Document:
        document = Document("refund", customer, day)
        self._clear(document, self._takes(customer, day, choices))
        self.documents.append(document)
        return document

    def post_refund(self, document: Document) -> Document:
        self._in_words(partial(self._require_draft, document))
        held, document.holds = document.holds, {}
        try:
            takes = self._takes(document.customer, document.day, list(held.items()))
        except Refused:
            document.holds = held
            raise
        self._clear(document, takes)
        return document

    def edit_refund(self, document: Document, choices: Sequence[Choice]) -> Document:
        self._in_words(partial(self._require_draft, document))
        held, document.holds = document.holds, {}
        try:
            document.holds = self._takes(document.customer, document.day, choices)
        except Refused:
            document.holds = held
            raise
        document.lines = [line for line, _ in self._lines_of(document, document.holds)]
        return document

    def delete_refund(self, document: Document) -> None:
        self._in_words(partial(self.delete, document))

    def void(self, document: Document, on: date) -> Document:
        return self._in_words(partial(self.reverse, document, on))

    def reverse(self, document: Document, on: date) -> Document:
        try:
            return super().reverse(document, on)
        except Refused as refused:
            given = [
                m
                for line in document.lines
                for m in self.on(line)
                if m.at(NEVER) and m.maker.kind == "refund" and m.charge.document is m.maker
            ]
            if refused.code == "still_applied" and given:
                raise Refused("still_refunded") from refused
            raise

    def unapply(self, match: Match, amount: int | None, today: date) -> Document:
        if match.maker.kind == "refund" and not match.tie and match.at(NEVER):
            raise Refused("entry_of_refund")
        return super().unapply(match, amount, today)

    def _takes(self, customer: int, day: date, choices: Sequence[Choice]) -> dict[Line, int]:
        """How much of which credit line, grouped as the refund's lines are."""
        takes: dict[Line, int] = {}
        for credit, amount in choices:
            takes |= self._taken(customer, credit, amount, takes)
        for line, take in takes.items():
            if max(line.document.day, self._free(line, take)) > day:
                raise Refused("refund_too_early")
        groups: dict[object, dict[Line, int]] = {}
        for line, take in takes.items():
            groups.setdefault(self._group(line), {})[line] = take
        return {line: take for group in groups.values() for line, take in group.items()}

    def _taken(
        self, customer: int, credit: Line | Document, amount: int | None, before: dict[Line, int]
    ) -> dict[Line, int]:
        lines = self._refundable(customer, credit)
        if any(line in before for line in lines):
            raise Refused("refund_credit_twice")
        left = sum(self.available(line) for line in lines)
        if not left:
            raise Refused("refund_credit_reserved")
        wanted = left if amount is None else amount
        if wanted > left:
            raise Refused("refund_not_enough_left")
        taken = {}
        for line in lines:
            if take := min(wanted, self.available(line)):
                taken[line] = take
                wanted -= take
        return taken

    def _refundable(self, customer: int, credit: Line | Document) -> list[Line]:
        """The open credit lines that a choice means, if they may be given back."""
        document = credit if isinstance(credit, Document) else credit.document
        named = document.lines if isinstance(credit, Document) else [credit]
        if document not in self.documents:
            raise Refused("not_found")
        if document.customer != customer:
            raise Refused("refund_other_customer")
        if not document.posted:
            raise Refused("refund_of_draft")
        if not any(line.amount < 0 for line in named):
            raise Refused("refund_of_charge")
        lines = [line for line in named if line.amount < 0 and self.open(line)]
        if not lines and not any(line.amount > 0 for line in named):
            raise Refused("refund_nothing_left")
        if any(line.amount > 0 for line in document.lines):
            raise Refused("refund_beside_charges")
        return lines

    def _group(self, line: Line) -> object:
        return (line, 0) if line.document.kind == "payment" else (line.document, line.control)

    def _lines_of(
        self, document: Document, takes: dict[Line, int]
    ) -> list[tuple[Line, list[tuple[Line, int]]]]:
        groups: dict[object, list[tuple[Line, int]]] = {}
        for line, take in takes.items():
            groups.setdefault(self._group(line), []).append((line, take))
        return [
            (Line(document, document.customer, sum(t for _, t in share), share[0][0].control), share)
            for share in groups.values()
        ]

    def _clear(self, document: Document, takes: dict[Line, int]) -> None:
        written = self._lines_of(document, takes)
        document.lines = [line for line, _ in written]
        self._number(document)
        for line, share in written:
            for credit, take in share:
                self._apply(line, credit, take, document.day, document, self._heads(line, credit))

    def _number(self, document: Document) -> None:
        if document.kind != "refund":
            super()._number(document)
            return
        self.numbers["refund"] += 1
        document.number = f"REF-{self.numbers['refund']:05}"

    def _in_words(self, verb: Callable[[], T]) -> T:
        try:
            return verb()
        except Refused as refused:
            raise Refused(WORDS.get(refused.code, refused.code)) from refused


PICKS = st.lists(st.tuples(INDEX, st.none() | POSITIVE, st.booleans()), min_size=1, max_size=3)


class RefundClerk(Clerk):
    """Whoever gives credits back, in part or whole, by line or document, drafts, posts, and voids."""

    paper: RefundPaper

    def __init__(self) -> None:
        super().__init__()
        self.paper = RefundPaper()

    def teardown(self) -> None:
        """Also after a difference the next example begins with empty books: else it would not be told apart."""
        day = self.today + timedelta(days=self.steps * 5 % 19 - 9)
        try:
            agree_on_the_account(self.b, self.paper, self.customers, day)
            agree_on_lists(self.b, self.paper, day)
            agree_on_the_report(self.b, self.paper, self.customers, day)
        finally:
            transaction.savepoint_rollback(self.savepoint)

    @precondition(lambda self: self._credits())
    @rule(picks=PICKS, delta=DELTA, post=st.booleans(), modest=st.booleans())
    def give_back(
        self, picks: list[tuple[int, int | None, bool]], delta: int, post: bool, modest: bool
    ) -> None:
        choices = self._choices(picks, modest)
        customer, day = self._whose(choices), self.today + timedelta(days=delta)
        write = self.paper.refund if post else self.paper.draft_refund
        entered = self._entered(customer, day, choices)
        self._both(
            lambda: write(customer, day, choices),
            lambda: refunds.record(actor=self.b.actor, refunds=[entered], post=post)[0],
        )

    @precondition(lambda self: self._drafts("refund"))
    @rule(which=INDEX, picks=PICKS)
    def edit_a_refund(self, which: int, picks: list[tuple[int, int | None, bool]]) -> None:
        draft, choices = pick(self._drafts("refund"), which), self._choices(picks, True)
        entered = self._entered(draft.customer, draft.day, choices)
        version = self.b.document(draft.key).version
        self._both(
            lambda: self.paper.edit_refund(draft, choices),
            lambda: self._same(draft, refunds.edit, key=draft.key, entered=entered, version=version),
        )

    @precondition(lambda self: self._given())
    @rule(which=INDEX)
    def post_a_refund(self, which: int) -> None:
        document = pick(self._given(), which)
        self._both(
            lambda: self.paper.post_refund(document),
            lambda: self._same(document, refunds.post, ids=[document.key]),
        )

    @precondition(lambda self: self._given())
    @rule(which=INDEX)
    def delete_a_refund(self, which: int) -> None:
        document = pick(self._drafts("refund") or self._given(), which)
        self._both(
            lambda: self.paper.delete_refund(document),
            lambda: refunds.delete(actor=self.b.actor, ids=[document.key]),
        )

    @precondition(lambda self: self._given())
    @rule(which=INDEX, delta=DELTA, kept=st.booleans())
    def void_a_refund(self, which: int, delta: int, kept: bool) -> None:
        posted = [d for d in self._given() if d.posted and not d.mirror and not d.mirrors]
        document = pick(posted if kept and posted else self._given(), which)
        on = self.today + timedelta(days=delta)
        self._both(lambda: self.paper.void(document, on), lambda: self.b.reverse(document.key, on=on))

    def _given(self) -> list[Document]:
        return [d for d in self.paper.documents if d.kind == "refund"]

    def _credits(self) -> list[Line]:
        """Lines one may think of giving back; those with something left come first."""
        found = [
            line
            for d in self.paper.documents
            if d.kind in ("invoice", "payment")
            for line in d.lines
            if d.key
        ]
        likely = [line for line in found if line.amount < 0 and self.paper.open(line)]
        return likely * 3 + found

    def _choices(self, picks: list[tuple[int, int | None, bool]], modest: bool) -> list[Choice]:
        """``modest`` asks for no more than there is, and for one customer's credits once each."""
        choices: list[Choice] = []
        for which, amount, whole in picks:
            line = pick(self._credits(), which)
            asked = amount
            if modest and amount is not None and line.amount < 0 and self.paper.available(line) > 0:
                asked = min(amount, self.paper.available(line))
            if modest and choices and self._repeats(choices, line):
                continue
            choices.append((line.document if whole else line, asked))
        return choices

    def _repeats(self, choices: list[Choice], line: Line) -> bool:
        documents = [c if isinstance(c, Document) else c.document for c, _ in choices]
        return line.document in documents or line.customer != documents[0].customer

    def _whose(self, choices: list[Choice]) -> int:
        first = choices[0][0]
        return first.customer

    def _entered(self, customer: int, day: date, choices: list[Choice]) -> RefundInput:
        def chosen(credit: Line | Document, amount: int | None) -> CreditChoice:
            made = CreditChoice(amount=None if amount is None else cents(amount))
            if isinstance(credit, Document):
                return replace(made, document=credit.key)
            return replace(made, line=credit.key)

        return RefundInput(
            customer_id=customer,
            date=day,
            bank_account_id=self.b.bank,
            credits=[chosen(credit, amount) for credit, amount in choices],
        )


__all__ = ["RefundClerk", "RefundPaper"]
