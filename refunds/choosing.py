"""Which credit lines a refund clears, and how much of each: read under the customers' locks, refused beside the rule.

Credits of several refunds entered together are taken one refund after the other, so none is given back twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal

from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal, refuse
from arledger.core.money import check_amount
from arledger.core.sql import fetch_all
from ledger.drafts import NewLine
from ledger.models import Kind, document_name
from reconciliation.applying import sides
from reconciliation.effect import Effect
from reconciliation.heads import Side
from reconciliation.open_credits import CreditItem, NotRefundable, open_credits
from refunds.errors import (
    AmountsDiffer,
    CreditAmountNotPositive,
    CreditBesideCharges,
    CreditInOtherCurrency,
    CreditIsDraft,
    CreditOfOtherCustomer,
    CreditOfOtherEntity,
    CreditReserved,
    CreditTwice,
    CreditUnclear,
    CreditUsedUp,
    CreditWithCashBasisTax,
    NotARefundableKind,
    NotEnoughCredit,
    RefundTooEarly,
)
from refunds.inputs import Checked, CreditChoice, RefundInput

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Take:
    """``amount`` of a credit line that a refund gives back, positive in the base currency."""

    item: CreditItem
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Named:
    """A line that somebody named, or that belongs to a document somebody named."""

    line: int
    document: int
    customer: int
    sign: int
    kind: str
    number: str | None
    date: Day
    posted: bool

    @property
    def name(self) -> str:
        return document_name(self.kind, self.number, self.date)


NAMED = """
SELECT l.id, l.document_id, l.customer_id, sign(l.amount)::int, d.kind, d.number, d.date, d.state = 'posted'
FROM (
    SELECT id FROM ledger_line WHERE company_id = (SELECT %(company)s) AND id = ANY(%(lines)s)
    UNION
    SELECT id FROM ledger_line WHERE company_id = (SELECT %(company)s) AND document_id = ANY(%(documents)s)
) n
CROSS JOIN LATERAL (
    SELECT * FROM ledger_line o WHERE o.company_id = (SELECT %(company)s) AND o.id = n.id OFFSET 0
) l
CROSS JOIN LATERAL (
    SELECT * FROM ledger_document o WHERE o.company_id = (SELECT %(company)s) AND o.id = l.document_id OFFSET 0
) d
WHERE (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
ORDER BY l.document_id, l.position
"""


class Credits:
    """The credits that refunds name, with what is left of each; three statements however many there are.

    The caller holds the customers' locks and has freed what the drafts at hand had reserved themselves.
    """

    def __init__(self, *, actor: Actor, settings: Settings, refunds: Sequence[RefundInput]) -> None:
        self._settings = settings
        choices = [choice for refund in refunds for choice in refund.credits]
        entities = None if actor.entities is None else sorted(actor.entities)
        rows = fetch_all(
            NAMED,
            {
                "company": actor.company_id,
                "lines": [choice.line for choice in choices if choice.line is not None],
                "documents": [choice.document for choice in choices if choice.document is not None],
                "entities": entities,
            },
        )
        self._lines = {named.line: named for named in (Named(*row) for row in rows)}
        self._documents: dict[int, list[Named]] = {}
        for named in self._lines.values():
            self._documents.setdefault(named.document, []).append(named)
        found = open_credits(
            company_id=actor.company_id,
            customers=sorted({refund.customer_id for refund in refunds}),
            documents=sorted(self._documents),
            entities=entities,
        )
        self._items = {item.line: item for item in found}
        self._left = {item.line: item.available for item in found}
        usable = [line for line, item in self._items.items() if item.not_refundable is None]
        self._sides = sides(company_id=actor.company_id, lines=usable)
        self._effect = Effect(company_id=actor.company_id, sides=self._sides.values())

    def take(self, refund: Checked) -> list[Take]:
        """What a refund gives back, line by line in the order chosen. Raises what is wrong with any of its credits."""
        takes: list[Take] = []
        errors: list[Refusal] = []
        seen: set[int] = set()
        for place, choice in enumerate(refund.entered.credits):
            try:
                takes += self._chosen(refund, choice, place, seen)
            except Refusal as error:
                errors.append(error)
        refuse(errors)
        total = sum((take.amount for take in takes), ZERO)
        amount = refund.entered.amount
        if amount is not None and amount != total:
            raise AmountsDiffer(field="amount", amount=amount, total=total, difference=abs(total - amount))
        self._use(refund, takes)
        return takes

    def _chosen(self, refund: Checked, choice: CreditChoice, place: int, seen: set[int]) -> list[Take]:
        field = f"credits.{place}.credit"
        named = self._named(refund, choice, field)
        items = self._refundable(refund, choice, named, field)
        if any(item.line in seen for item in items):
            raise CreditTwice(field=field, document=named[0].name)
        seen.update(item.line for item in items)
        left = sum((self._left[item.line] for item in items), ZERO)
        if left <= 0:
            reserved = sum((item.reserved for item in items), ZERO)
            if reserved:
                raise CreditReserved(field=field, document=items[0].name, reserved=reserved)
            raise CreditUsedUp(field=field, document=items[0].name)
        amount = left if choice.amount is None else choice.amount
        at = f"credits.{place}.amount"
        check_amount(amount, items[0].currency, field=at)
        if amount <= 0:
            raise CreditAmountNotPositive(field=at, document=items[0].name)
        if amount > left:
            raise NotEnoughCredit(field=at, document=items[0].name, available=left, amount=amount)
        return self._spread(items, amount)

    def _named(self, refund: Checked, choice: CreditChoice, field: str) -> list[Named]:
        """The customer's lines that a choice means.

        Raises CreditUnclear, NotFound, CreditOfOtherCustomer or CreditIsDraft.
        """
        if (choice.line is None) == (choice.document is None):
            raise CreditUnclear(field=field)
        if choice.line is not None:
            found = [self._lines[choice.line]] if choice.line in self._lines else []
        else:
            found = self._documents.get(choice.document or 0, [])
        own = [named for named in found if named.customer == refund.customer.pk]
        if not found:
            raise NotFound(field=field)
        if not own:
            raise CreditOfOtherCustomer(field=field, document=found[0].name)
        if not own[0].posted:
            raise CreditIsDraft(field=field, document=own[0].name)
        return own

    def _refundable(
        self, refund: Checked, choice: CreditChoice, named: Sequence[Named], field: str
    ) -> list[CreditItem]:
        """The open credit lines among those named, none of them barred from being refunded (SPEC 9)."""
        if not any(line.sign < 0 for line in named):
            raise NotARefundableKind(field=field, document=named[0].name)
        items = [self._items[line.line] for line in named if line.line in self._items]
        if not items and any(line.sign > 0 for line in named):
            raise CreditBesideCharges(field=field, document=named[0].name)
        if not items:
            raise CreditUsedUp(field=field, document=named[0].name)
        for item in items:
            self._require_refundable(refund.entered, item, field)
        return items

    def _require_refundable(self, entered: RefundInput, item: CreditItem, field: str) -> None:
        if item.not_refundable is NotRefundable.CHARGES:
            raise CreditBesideCharges(field=field, document=item.name)
        if item.not_refundable is NotRefundable.CASH_BASIS_TAX:
            raise CreditWithCashBasisTax(field=field, document=item.name)
        if item.currency != entered.currency:
            raise CreditInOtherCurrency(
                field=field, document=item.name, currency=item.currency, base=entered.currency
            )
        if self._settings.row.limit_credits_to_entity and item.entity != entered.entity_id:
            raise CreditOfOtherEntity(field=field, document=item.name)

    def _spread(self, items: Iterable[CreditItem], amount: Decimal) -> list[Take]:
        takes = []
        for item in items:
            part = min(amount, self._left[item.line])
            if part > 0:
                takes.append(Take(item, part))
                amount -= part
        return takes

    def _use(self, refund: Checked, takes: Sequence[Take]) -> None:
        """Take the amounts out of what is left. Raises RefundTooEarly when some are not free on the refund's day.

        What is refused takes nothing: the refunds after it find all that is there.
        """
        latest: RefundTooEarly | None = None
        sides = [(_as_charge(refund.entered, take), self._sides[take.item.line]) for take in takes]
        for take, (charge, credit) in zip(takes, sides, strict=True):
            earliest = self._effect.earliest(charge, credit, take.amount)
            if earliest > refund.entered.date and (latest is None or earliest > latest.values["earliest"]):
                latest = RefundTooEarly(field="date", document=take.item.name, earliest=earliest)
        if latest is not None:
            raise latest
        for take, (charge, credit) in zip(takes, sides, strict=True):
            self._effect.take(charge, credit, take.amount, refund.entered.date)
            self._left[take.item.line] -= take.amount


def _as_charge(entered: RefundInput, take: Take) -> Side:
    """The refund's side of a match that is not written yet."""
    return Side(
        line=0,
        document=0,
        customer=entered.customer_id,
        currency=entered.currency,
        sign=1,
        open=take.amount,
        reserved=ZERO,
        kind=Kind.REFUND,
        number=entered.number,
        date=entered.date,
        reverses=None,
        entity=entered.entity_id,
        undone=False,
    )


@dataclass(frozen=True, slots=True)
class Cleared:
    """A line of a refund with the credit lines it clears, in their order."""

    line: NewLine
    takes: tuple[Take, ...]


def lines_of(refund: Checked, takes: Sequence[Take]) -> list[Cleared]:
    """One line per group and control account: a credit document, or of a payment the single line.

    So each line carries one match code (SPEC 10), and clearing moves nothing between control accounts (SPEC 16).
    """
    groups: dict[tuple[int, int, int], list[Take]] = {}
    for take in takes:
        item = take.item
        line = item.line if item.document_kind == Kind.PAYMENT else 0
        groups.setdefault((item.document, item.control_account, line), []).append(take)
    return [Cleared(_line(refund, share), tuple(share)) for share in groups.values()]


def _line(refund: Checked, share: Sequence[Take]) -> NewLine:
    first = share[0].item
    locations = {take.item.location for take in share}
    return NewLine(
        customer_id=refund.customer.pk,
        amount=sum((take.amount for take in share), ZERO),
        account_id=refund.account_id,
        control_account_id=first.control_account,
        description=first.number or "",
        location_id=first.location if len(locations) == 1 else None,
    )
