"""Pages to enter and change what a company sets up once, and what an entity does differently (SPEC 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from arledger.companies import entity_services, overview
from arledger.companies import master_services as masters
from arledger.companies.master_forms import (
    AccountForm,
    BankAccountForm,
    EntityForm,
    JournalForm,
    LocationForm,
    MasterForm,
    OverridesForm,
    SequenceForm,
    TermForm,
)
from arledger.companies.models import NumberSequence, Term
from arledger.companies.selectors import settings_of, within_reach
from arledger.companies.table_pages import CODE, NAME, STATE, Table, linked, state, table
from arledger.core.errors import NotFound, Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, show_refusal, submit
from arledger.core.http.listing import Column

PREVIEWED = 3


@dataclass(frozen=True)
class Screen:
    """The pages of one kind: where their list is, their words, and what these things are."""

    form: type[MasterForm]
    name: str
    many: str | Promise
    new: str | Promise
    about: str | Promise

    @property
    def list_url(self) -> str:
        return reverse(f"companies:{self.name}")

    @property
    def new_url(self) -> str:
        return reverse(f"companies:{self.name}-new")

    def edit_url(self, key: int) -> str:
        return reverse(f"companies:{self.name}-edit", args=[key])


SCREENS = {
    screen.name: screen
    for screen in (
        Screen(
            EntityForm,
            "entities",
            gettext_lazy("Entities"),
            gettext_lazy("New entity"),
            gettext_lazy(
                "Legal parts of the company, each with settings, numbers and closed books of its own where needed."
            ),
        ),
        Screen(
            LocationForm,
            "locations",
            gettext_lazy("Locations"),
            gettext_lazy("New location"),
            gettext_lazy("Places that lines of documents name; lists and reports are filtered by them."),
        ),
        Screen(
            AccountForm,
            "accounts",
            gettext_lazy("Accounts"),
            gettext_lazy("New account"),
            gettext_lazy("What documents and their lines are posted to."),
        ),
        Screen(
            BankAccountForm,
            "bank-accounts",
            gettext_lazy("Bank accounts"),
            gettext_lazy("New bank account"),
            gettext_lazy("Where money is received and refunds are paid from."),
        ),
        Screen(
            TermForm,
            "terms",
            gettext_lazy("Payment terms"),
            gettext_lazy("New payment term"),
            gettext_lazy("When an invoice is due, counted from its date."),
        ),
        Screen(
            SequenceForm,
            "sequences",
            gettext_lazy("Number sequences"),
            gettext_lazy("New number sequence"),
            gettext_lazy("Numbers are drawn when a document is posted, without gaps."),
        ),
        Screen(
            JournalForm,
            "journals",
            gettext_lazy("Journals"),
            gettext_lazy("New journal"),
            gettext_lazy("The books that the general ledger files postings under."),
        ),
    )
}


# Lists -------------------------------------------------------------------------------------------------------


def _listed(
    request: PageRequest,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[tuple[Any, Sequence[object]]],
) -> HttpResponse:
    """A list: each thing by code and name, its own cells, whether it is active; with the way in for who may edit."""
    screen, may = SCREENS[name], request.actor.may("configuration.edit")
    seen = set(within_reach(request.actor, screen.form.master.model).values_list("pk", flat=True))
    cells = [
        (linked(row.code, screen.edit_url(row.pk) if may else ""), row.name, *own, state(row.active))
        for row, own in rows
        if row.pk in seen
    ]
    actions = [(screen.new_url, screen.new)] if may else []
    shown = Table([CODE, NAME, *columns, STATE], cells)
    return table(request, str(screen.many), shown, intro=screen.about, actions=actions)


@page("configuration.view")
def entities(request: PageRequest) -> HttpResponse:
    """Each entity with how many settings it has of its own."""
    may = request.actor.may("configuration.edit")
    rows = [
        (
            entity,
            [
                linked(
                    ngettext("%(count)s setting", "%(count)s settings", count) % {"count": count},
                    reverse("companies:entity-overrides", args=[entity.pk]) if may else "",
                )
            ],
        )
        for entity, count in overview.entities(request.actor.company_id)
    ]
    return _listed(request, "entities", [Column(label=_("Does differently"))], rows)


@page("configuration.view")
def locations(request: PageRequest) -> HttpResponse:
    rows = [(row, [row.entity or ""]) for row in overview.locations(request.actor.company_id)]
    return _listed(request, "locations", [Column(label=_("Entity"))], rows)


@page("configuration.view")
def accounts(request: PageRequest) -> HttpResponse:
    rows = [(row, [row.get_kind_display()]) for row in overview.accounts(request.actor.company_id)]
    return _listed(request, "accounts", [Column(label=_("Kind"))], rows)


@page("configuration.view")
def bank_accounts(request: PageRequest) -> HttpResponse:
    columns = [Column(label=_("Currency")), Column(label=_("GL account")), Column(label=_("Entity"))]
    rows = [
        (row, [row.currency, str(row.account), row.entity or ""])
        for row in overview.bank_accounts(request.actor.company_id)
    ]
    return _listed(request, "bank-accounts", columns, rows)


@page("configuration.view")
def terms(request: PageRequest) -> HttpResponse:
    columns = [Column(label=_("Net days"), numeric=True), Column(label=_("Due")), Column(label=_("Discount"))]
    rows = [
        (
            row,
            [
                row.net_days,
                _("at the end of the month") if row.end_of_month else _("after the net days"),
                _discount(row),
            ],
        )
        for row in overview.terms(request.actor.company_id)
    ]
    return _listed(request, "terms", columns, rows)


def _discount(term: Term) -> str:
    if not term.discount_percent:
        return ""
    percent = format_decimal(term.discount_percent.normalize(), locale=get_language() or "en")
    return _("%(percent)s %% within %(days)s days") % {"percent": percent, "days": term.discount_days}


@page("configuration.view")
def sequences(request: PageRequest) -> HttpResponse:
    columns = [
        Column(label=_("Drawn so far"), numeric=True),
        Column(label=_("Next")),
        Column(label=_("Used for")),
    ]
    rows = [
        (s.row, [s.row.last_value, s.following, ", ".join(str(use) for use in s.uses)])
        for s in overview.sequences(request.actor.company_id)
    ]
    return _listed(request, "sequences", columns, rows)


@page("configuration.view")
def journals(request: PageRequest) -> HttpResponse:
    rows: list[tuple[Any, Sequence[object]]] = [
        (row, ()) for row in overview.journals(request.actor.company_id)
    ]
    return _listed(request, "journals", [], rows)


# Forms -------------------------------------------------------------------------------------------------------


def _entered(request: PageRequest, screen: Screen, key: int | None) -> HttpResponse:
    actor = request.actor
    row = _row(request, screen, key)
    form = screen.form(request.POST or None, actor=actor, row=row)

    def verb() -> Done:
        saved = masters.set_up(actor=actor, master=screen.form.master, values=form.values, key=key)
        return Done(screen.list_url, _("%(name)s is saved.") % {"name": saved})

    if request.method == "POST" and form.is_valid():
        try:
            return submit(request, verb)
        except Refusal as refusal:
            show_refusal(form, refusal, names=form.called)
    context = {"form": form, "screen": screen, "row": row, "next_numbers": _next_numbers(row)}
    return render(request, "companies/master.html", context, status=422 if form.errors else 200)


def _row(request: PageRequest, screen: Screen, key: int | None) -> Any:
    if key is None:
        return None
    found = within_reach(request.actor, screen.form.master.model).filter(pk=key).first()
    if found is None:
        raise NotFound()
    return found


def _next_numbers(row: Any) -> list[str]:
    if not isinstance(row, NumberSequence):
        return []
    return [overview.following(row, ahead) for ahead in range(PREVIEWED)]


def _new(screen: Screen) -> Callable[..., HttpResponse]:
    def new(request: PageRequest) -> HttpResponse:
        return _entered(request, screen, None)

    return new


def _edit(screen: Screen) -> Callable[..., HttpResponse]:
    def edit(request: PageRequest, key: int) -> HttpResponse:
        return _entered(request, screen, key)

    return edit


@page("configuration.edit")
def entity_overrides(request: PageRequest, key: int) -> HttpResponse:
    """What an entity does differently from its company."""
    actor = request.actor
    row = entity_services.overrides_of(actor, key)
    entity = _row(request, SCREENS["entities"], key)
    company = settings_of(actor.company_id).row
    form = OverridesForm(request.POST or None, actor=actor, company=company, row=row)

    def verb() -> Done:
        entity_services.change_overrides(actor=actor, entity_id=key, changes=form.changes)
        return Done(reverse("companies:entities"), _("%(name)s is saved.") % {"name": entity})

    if request.method == "POST" and form.is_valid():
        try:
            return submit(request, verb)
        except Refusal as refusal:
            show_refusal(form, refusal)
    context = {"form": form, "entity": entity, "screen": SCREENS["entities"]}
    return render(request, "companies/overrides.html", context, status=422 if form.errors else 200)


def addresses() -> list[URLPattern]:
    """``settings/<kind>/``, ``settings/<kind>/new/`` and ``settings/<kind>/<key>/`` of every kind."""
    found = [path("settings/entities/<int:key>/differences/", entity_overrides, name="entity-overrides")]
    door = page("configuration.edit")
    lists = (entities, locations, accounts, bank_accounts, terms, sequences, journals)
    for (name, screen), listed in zip(SCREENS.items(), lists, strict=True):
        place = {"bank-accounts": "banks"}.get(name, name)
        found.append(path(f"settings/{place}/", listed, name=name))
        found.append(path(f"settings/{place}/new/", door(_new(screen)), name=f"{name}-new"))
        found.append(path(f"settings/{place}/<int:key>/", door(_edit(screen)), name=f"{name}-edit"))
    return found
