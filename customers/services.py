"""Entering and changing customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from arledger.companies.numbering import beyond, draw, pass_over
from arledger.companies.selectors import settings_of
from arledger.core import audit, outbox
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal, Required, Stale, refuse
from arledger.core.money import decimals
from arledger.core.sql import execute, fetch_all, insert_rows, next_ids
from arledger.core.text import clean_text, sort_key
from customers.models import Customer


class CodeTaken(Refusal):
    code = "customer_code_taken"
    status = 409
    sentence = _("A customer with the code %(customer)s exists already.")


class HasDocuments(Refusal):
    code = "customer_has_documents"
    status = 409
    sentence = _("%(customer)s has documents and cannot be deleted. Make the customer inactive instead.")


class OwnParent(Refusal):
    code = "customer_own_parent"
    sentence = _("A customer cannot be above itself in the hierarchy.")


@dataclass(frozen=True, kw_only=True)
class CustomerInput:
    """What a person enters; an empty ``code`` is drawn from the customer sequence."""

    name: str
    currency: str
    code: str = ""
    term_id: int | None = None
    parent_id: int | None = None
    entity_id: int | None = None
    email: str = ""
    address: str = ""
    country: str = ""
    active: bool = True


COLUMNS = {
    "name": "text",
    "currency": "text",
    "term_id": "bigint",
    "parent_id": "bigint",
    "entity_id": "bigint",
    "email": "text",
    "address": "text",
    "country": "text",
    "active": "boolean",
}


def _clean(entered: CustomerInput) -> CustomerInput:
    decimals(entered.currency)
    return replace(
        entered,
        name=clean_text(entered.name, 150, required=True, field="name"),
        code=clean_text(entered.code, 40, field="code"),
        email=clean_text(entered.email, 254, field="email"),
        address=clean_text(entered.address, 1000, multiline=True, field="address"),
        country=clean_text(entered.country, 2, field="country"),
    )


def _clean_all(customers: Sequence[CustomerInput]) -> list[CustomerInput]:
    cleaned: list[CustomerInput] = []
    errors: list[Refusal] = []
    for row, entered in enumerate(customers):
        try:
            cleaned.append(_clean(entered))
        except Refusal as error:
            error.row = row
            errors.append(error)
    refuse(errors)
    return cleaned


def enter(*, actor: Actor, customers: Sequence[CustomerInput]) -> list[int]:
    """Create customers; returns their keys in order. Raises Refusals (one per bad row) or CodeTaken."""
    actor.require("customers.add")
    customers = _clean_all(customers)
    with transaction.atomic():
        codes = _codes(actor, customers)
        _require_free_codes(actor, codes)
        keys = next_ids({"customers_customer": len(customers)})["customers_customer"]
        try:
            insert_rows(
                "customers_customer",
                {"company_id": "bigint", "id": "bigint", "code": "text", "sort_key": "text", "version": "int"}
                | COLUMNS,
                [
                    (
                        actor.company_id,
                        key,
                        code,
                        sort_key(entered.name)[:200],
                        1,
                        *(getattr(entered, name) for name in COLUMNS),
                    )
                    for key, code, entered in zip(keys, codes, customers, strict=True)
                ],
            )
        except IntegrityError as error:
            raise (
                CodeTaken(field="code", customer=", ".join(codes[:3]))
                if "_code" in str(error)
                else NotFound()
            ) from error
        audit.record(
            actor=actor,
            action="add",
            object_kind="customer",
            object_ids=keys,
            after=_told(actor, asdict(customers[0]) | {"code": codes[0]})
            if len(customers) == 1
            else {"count": len(customers)},
        )
        outbox.publish(actor=actor, kind="customer.added", object_ids=keys)
    return keys


def _codes(actor: Actor, customers: Sequence[CustomerInput]) -> list[str]:
    """Entered codes, the missing ones drawn from the customer sequence of their entity in one statement for each.

    A sequence that an entered code is ahead of goes on after that, or it would be stuck there one day.
    """
    settings = settings_of(actor.company_id)
    sequences = [settings.sequence_id("customer", entered.entity_id) for entered in customers]
    given: dict[int, list[str]] = {}
    missing: Counter[int] = Counter()
    for entered, sequence in zip(customers, sequences, strict=True):
        if sequence is None and not entered.code:
            raise Required(field="code")
        if sequence is not None and entered.code:
            given.setdefault(sequence, []).append(entered.code)
        elif sequence is not None:
            missing[sequence] += 1
    for key, (value, text) in beyond(company_id=actor.company_id, given=given).items():
        pass_over(company_id=actor.company_id, sequence_id=key, value=value, number=text, at=actor.at)
    drawn = {
        key: iter(draw(company_id=actor.company_id, sequence_id=key, count=count).texts)
        for key, count in sorted(missing.items())
    }
    return [
        entered.code or next(drawn[sequence or 0])
        for entered, sequence in zip(customers, sequences, strict=True)
    ]


def _require_free_codes(actor: Actor, codes: Sequence[str]) -> None:
    taken = set(
        Customer.objects.filter(company_id=actor.company_id, code__in=codes).values_list("code", flat=True)
    )
    seen: set[str] = set()
    for row, code in enumerate(codes):
        if code in taken or code in seen:
            raise CodeTaken(field="code", row=row, customer=code)
        seen.add(code)


def edit(*, actor: Actor, key: int, entered: CustomerInput, version: int) -> None:
    """Change a customer. Raises Stale when somebody else did since ``version``, OwnParent, CodeTaken."""
    actor.require("customers.edit")
    entered = _clean(entered)
    with transaction.atomic():
        row = (
            Customer.objects.select_for_update(no_key=True)
            .filter(company_id=actor.company_id, pk=key)
            .first()
        )
        if row is None:
            raise NotFound()
        if row.version != version:
            raise _stale(actor, key)
        _require_no_circle(actor.company_id, key, entered.parent_id)
        before = {name: getattr(row, name) for name in ("code", *COLUMNS)}
        after = asdict(entered) | {"code": entered.code or row.code}
        taken = Customer.objects.filter(company_id=actor.company_id, code=after["code"]).exclude(pk=key)
        if taken.exists():
            raise CodeTaken(field="code", customer=after["code"])
        Customer.objects.filter(company_id=actor.company_id, pk=key).update(
            **after, sort_key=sort_key(entered.name)[:200], version=version + 1
        )
        changed = [name for name in after if before[name] != after[name]]
        audit.record(
            actor=actor,
            action="edit",
            object_kind="customer",
            object_ids=[key],
            before=_told(actor, {name: before[name] for name in changed}),
            after=_told(actor, {name: after[name] for name in changed}),
        )


CODES = """
SELECT (SELECT code FROM companies_term WHERE company_id = (SELECT %(company)s) AND id = %(term_id)s),
       (SELECT code FROM customers_customer WHERE company_id = (SELECT %(company)s) AND id = %(parent_id)s),
       (SELECT code FROM companies_entity WHERE company_id = (SELECT %(company)s) AND id = %(entity_id)s)
"""
NAMED_BY_CODE = ("term_id", "parent_id", "entity_id")


def _told(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """The fields as the audit trail keeps them: other things by their code."""
    keys = {name: values.get(name) for name in NAMED_BY_CODE}
    codes = fetch_all(CODES, {"company": actor.company_id, **keys})[0] if any(keys.values()) else (None,) * 3
    named = dict(zip(NAMED_BY_CODE, codes, strict=True))
    return {name.removesuffix("_id"): named.get(name, value) for name, value in values.items()}


def _stale(actor: Actor, key: int) -> Stale:
    """Names who changed the customer in between, and when."""
    found = audit.last(company_id=actor.company_id, object_kind="customer", object_id=key, action="edit")
    who, at = found or ("Arledger", actor.at)
    return Stale(who=who, when=at.astimezone(ZoneInfo(actor.time_zone)))


def _require_no_circle(company_id: int, key: int, parent: int | None) -> None:
    circle = fetch_all(
        "WITH RECURSIVE above AS (SELECT %(parent)s::bigint AS id UNION"
        " SELECT c.parent_id FROM customers_customer c JOIN above a ON c.id = a.id"
        " WHERE c.company_id = (SELECT %(company)s) AND c.parent_id IS NOT NULL)"
        " SELECT 1 FROM above WHERE id = %(key)s",
        {"parent": parent, "company": company_id, "key": key},
    )
    if circle:
        raise OwnParent(field="parent")


def delete(*, actor: Actor, key: int) -> None:
    """Delete a customer that never had a document. Raises HasDocuments or NotFound."""
    actor.require("customers.delete")
    with transaction.atomic():
        row = Customer.objects.select_for_update().filter(company_id=actor.company_id, pk=key).first()
        if row is None:
            raise NotFound()
        try:
            with transaction.atomic():
                execute(
                    "DELETE FROM customers_customer WHERE company_id = %s AND id = %s",
                    [actor.company_id, key],
                )
        except IntegrityError as error:
            raise HasDocuments(customer=str(row)) from error
        audit.record(
            actor=actor,
            action="delete",
            object_kind="customer",
            object_ids=[key],
            before={"code": row.code, "name": row.name},
        )
