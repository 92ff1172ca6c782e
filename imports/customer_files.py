"""Files of customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from arledger.core.errors import Refusal, Required
from customers.services import CodeTaken, CustomerInput, enter
from imports.books import Books
from imports.readers import Cells, Form, Group, named


class CustomerFile:
    """A row is a customer. A parent stands above its children, or is in the books already."""

    keys: ClassVar[tuple[str, ...]] = ("code",)
    several: ClassVar[bool] = False
    tables: ClassVar[tuple[str, ...]] = ("customers_customer",)
    adds: ClassVar[tuple[str, ...]] = ("customers.add",)
    posts: ClassVar[tuple[str, ...]] = ()
    gathers: ClassVar[bool] = True

    def __init__(self, books: Books, form: Form) -> None:
        self.books = books
        self.form = form
        self.taken: set[str] = set()

    def meet(self, groups: Sequence[Group]) -> None:
        self.taken = self.books.taken_codes(named(groups, "code"))
        self.books.meet(named(groups, "parent"))

    def read(self, group: Group, *, post: bool) -> CustomerInput | None:
        cells = Cells(group, self.form)
        code, name = cells.once("code"), cells.once("name")
        if code in self.taken:
            cells.fault(CodeTaken(customer=code), cells.first, "code")
        if not name:
            cells.fault(Required(), cells.first, "name")
        parent = cells.coded("parent", self.books.parties)
        entered = CustomerInput(
            code=code,
            name=name,
            currency=cells.currency(self.books.settings.company.base_currency),
            term_id=cells.coded("term", self.books.terms),
            parent_id=parent.key if parent else None,
            entity_id=cells.coded("entity", self.books.entities),
            email=cells.once("email"),
            address=cells.once("address"),
            country=cells.once("country"),
            active=cells.flag("active", default=True),
        )
        return entered if cells.finish() else None

    def write(self, inputs: Sequence[CustomerInput], *, post: bool) -> list[int]:
        return enter(actor=self.books.actor, customers=inputs)

    def numbered(self, entered: CustomerInput) -> tuple[int | None, str]:
        return self.books.settings.row.customer_sequence_id, entered.code

    def gives(self, group: Group) -> str:
        return group.rows[0].values.get("code", "").strip()

    def needs(self, group: Group) -> str:
        return group.rows[0].values.get("parent", "").strip()

    def place(self, group: Group, refusal: Refusal) -> tuple[int, str]:
        return group.rows[0].number, refusal.field or ""
