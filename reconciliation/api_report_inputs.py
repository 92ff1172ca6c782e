"""The parameters of the reports, and the queries they mean (SPEC 15.1, 15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from arledger.companies.api_entities import HELP, entity_key
from arledger.companies.models import Account, Location
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.fields import (
    DayField,
    FlagField,
    Input,
    InstantField,
    ListOf,
    OneOf,
    ReferenceField,
    Strict,
    TextField,
    WholeField,
)
from arledger.core.api.ids import key_in
from arledger.core.api.parsing import PARAMETER
from arledger.core.api.references import resolve
from arledger.core.api.special_fields import CurrencyField
from arledger.core.errors import Invalid, NotFound
from customers.models import Customer
from customers.selectors import visible
from reconciliation import payments_by_item, proof
from reconciliation.ageing import BASES, DEFAULT_EDGES
from reconciliation.buckets import parse_edges
from reconciliation.report import Query
from reconciliation.report_rows import ORDERS, Filter, Match, Scope

MOST_ROWS = 10_000
OPEN_ITEMS, BALANCE_FORWARD = "open_items", "balance_forward"
REFERENCE = "By id or code."


class PeriodBackwards(Invalid):
    code = "period_backwards"
    sentence = _("The period starts on %(start)s, after its end on %(end)s.")


def _shape(name: str, about: str, fields: Mapping[str, Strict]) -> type[Input]:
    """An Input with a member ``from``, which is a word of Python's own."""
    return type(name, (Input,), {"__doc__": about, "__module__": __name__, **fields})


def period() -> dict[str, Strict]:
    return {
        "from": DayField(required=False, help_text="Left out: the first day of the month of `to`."),
        "to": DayField(required=False, help_text="Left out: today, or `from` if that is later."),
    }


def customers() -> dict[str, Strict]:
    return {
        "customer_from": ReferenceField(required=False, help_text="From this code on; an id means its code."),
        "customer_to": ReferenceField(
            required=False, help_text="To this code, and all that begin with it; an id means its code."
        ),
    }


def dimensions() -> dict[str, Strict]:
    return {
        "location": ReferenceField(required=False, help_text=REFERENCE),
        "entity": entity(),
        "currency": CurrencyField(required=False),
    }


def entity() -> Strict:
    return ReferenceField(required=False, help_text=HELP)


def paging() -> dict[str, Strict]:
    return {
        "limit": WholeField(
            least=1, most=MOST_ROWS, default=MOST_ROWS, help_text="Rows at most; then `next` goes on."
        ),
        "cursor": TextField(max_length=2_000, required=False, help_text="From the address `next`."),
    }


def known() -> dict[str, Strict]:
    return {
        "as_at": DayField(
            required=False, help_text="Matches effective later have not happened. Left out: `to`."
        ),
        "known_on": InstantField(
            required=False, help_text="What was recorded later is not there. Left out: now."
        ),
    }


def chosen() -> dict[str, Strict]:
    words = [str(one) for one in Match]
    return {
        "customer": ReferenceField(required=False, help_text=f"This one only. {REFERENCE}"),
        **customers(),
        "include_all": FlagField(required=False, help_text="Also customers without balance and activity."),
        "include_zero_with_activity": FlagField(
            required=False, help_text="Also those whose balance is zero at the end, where something moved."
        ),
        "match_code": TextField(max_length=60, required=False, help_text="One group, in any case."),
        "matches": ListOf(OneOf(words), required=False, help_text=f"Some of {', '.join(words)}."),
        **dimensions(),
    }


EntriesQuery = _shape(
    "EntriesQuery",
    "The reconciliation report.",
    {
        **period(),
        **known(),
        **chosen(),
        "sort": OneOf(list(ORDERS), default="customer"),
        **paging(),
    },
)
LedgerQuery = _shape("LedgerQuery", "The AR ledger.", {**period(), **known(), **chosen()})
StatementQuery = _shape(
    "StatementQuery",
    "A statement of account.",
    {
        "customer": ReferenceField(help_text=REFERENCE),
        "type": OneOf((OPEN_ITEMS, BALANCE_FORWARD), default=OPEN_ITEMS),
        **period(),
        "entity": entity(),
    },
)
ItemsQuery = _shape(
    "ItemsQuery",
    "Payments by item and account.",
    {
        **period(),
        "known_on": known()["known_on"],
        **customers(),
        "account": ReferenceField(required=False, help_text=f"A revenue account. {REFERENCE}"),
        "item": TextField(max_length=200, required=False, help_text="Words of the item's text."),
        **dimensions(),
        **paging(),
    },
)


class AgeingQuery(Input):
    """The ageing report."""

    as_of = DayField(required=False, help_text="Left out: today.")
    basis = OneOf(list(BASES), default="due")
    buckets = TextField(
        max_length=60,
        default=",".join(str(edge) for edge in DEFAULT_EDGES),
        help_text="The last days of the buckets, ascending.",
    )
    customer = ReferenceField(required=False, help_text=REFERENCE)
    entity = ReferenceField(required=False, help_text=HELP)


class ProofQuery(Input):
    """The proof."""

    as_of = DayField(required=False, help_text="Left out: today.")
    customer_from = ReferenceField(required=False, help_text="From this code on; an id means its code.")
    customer_to = ReferenceField(required=False, help_text="To this code, and all that begin with it.")


# What parameters mean ------------------------------------------------------------------------------------------


def days_of(actor: Actor, values: Mapping[str, Any]) -> tuple[date, date]:
    """The first and the last day. Raises PeriodBackwards."""
    start, end = values.get("from"), values.get("to")
    end = end or max(actor.today, start or actor.today)
    start = start or end.replace(day=1)
    if start > end:
        raise PeriodBackwards(field=f"{PARAMETER}from", start=start, end=end)
    return start, end


def scope_of(actor: Actor, values: Mapping[str, Any]) -> Scope:
    """Raises PeriodBackwards, or NotFound for an entity or a location that is none."""
    start, end = days_of(actor, values)
    return Scope(
        company_id=actor.company_id,
        start=start,
        end=end,
        as_at=values.get("as_at") or end,
        known_on=values.get("known_on"),
        entities=actor.entities,
        entity=entity_of(actor, values),
        location=_key(actor, "location", Location, values),
        currency=values.get("currency"),
    )


def entries_of(actor: Actor, values: Mapping[str, Any]) -> Query:
    """Raises what ``scope_of`` raises, and NotFound for a customer that is none."""
    return Query(
        scope=scope_of(actor, values),
        **_range(actor, values),
        include_all=bool(values.get("include_all")),
        include_settled=bool(values.get("include_zero_with_activity")),
        filter=Filter(
            code=values.get("match_code") or "",
            matches=[Match(one) for one in values.get("matches") or ()],
        ),
        sort=values.get("sort", "customer"),
    )


def items_of(actor: Actor, values: Mapping[str, Any]) -> payments_by_item.Query:
    """Raises what ``scope_of`` raises, and NotFound for an account that is none."""
    return payments_by_item.Query(
        scope=scope_of(actor, values),
        **_range(actor, values),
        account=_key(actor, "account", Account, values),
        item=values.get("item") or "",
    )


def proof_of(actor: Actor, values: Mapping[str, Any]) -> proof.Query:
    return proof.Query(day=values.get("as_of") or actor.today, **_range(actor, values))


def entity_of(actor: Actor, values: Mapping[str, Any]) -> int | None:
    """Raises NotFound for an entity that the person may not see."""
    text = values.get("entity")
    return None if text is None else entity_key(actor, text, f"{PARAMETER}entity")


def edges_of(values: Mapping[str, Any]) -> tuple[int, ...]:
    """Raises BucketsInvalid."""
    return parse_edges(values["buckets"], field=f"{PARAMETER}buckets")


def customer_of(actor: Actor, values: Mapping[str, Any]) -> Customer | None:
    """Raises NotFound for a customer that the person may not see."""
    text = values.get("customer")
    if text is None:
        return None
    key = resolve("customer", visible(actor), [text]).key(text, f"{PARAMETER}customer")
    return visible(actor).get(pk=key)


def _range(actor: Actor, values: Mapping[str, Any]) -> dict[str, str]:
    return {name: _code(actor, name, values.get(name)) for name in ("customer_from", "customer_to")}


def _code(actor: Actor, name: str, text: str | None) -> str:
    """The code that an id stands for; a code is taken as it is, whether there is such a customer or not."""
    key = key_in("customer", text) if text else None
    if key is None:
        return text or ""
    found = visible(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(field=f"{PARAMETER}{name}")
    return found.code


def _key(actor: Actor, name: str, model: Any, values: Mapping[str, Any]) -> int | None:
    text = values.get(name)
    return resolve(name, within_reach(actor, model), [text]).optional(text, f"{PARAMETER}{name}")
