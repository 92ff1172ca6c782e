"""What the frame around every page shows: menu, companies and the person (``templates/frame``)."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Company, Entity, User
from arledger.core.actor import Actor


@dataclass(frozen=True)
class Item:
    """A menu entry: shown to whoever holds one of ``rights`` (none: everybody), active below ``prefix``.

    With a ``feature`` only where the company has switched that on. ``also`` are other addresses it is active below.
    What is of ``whole`` books is not shown to a member limited to entities (docs/adr/0050).
    """

    label: str | Promise
    route: str
    icon: str
    prefix: str
    rights: tuple[str, ...] = ()
    children: tuple[Item, ...] = ()
    feature: str = ""
    also: tuple[str, ...] = ()
    whole: bool = False

    def fits(self, actor: Actor, features: frozenset[str]) -> bool:
        """Whether the person may go there. Who chose one of his entities is asked there to work in all of them."""
        return (
            (not self.feature or self.feature in features)
            and (not self.rights or any(actor.may(right) for right in self.rights))
            and not (self.whole and actor.entities is not None and actor.entity is None)
        )

    def begins(self, path: str) -> int:
        """How much of an address is the entry's own: 0 when it leads elsewhere."""
        return max(
            (len(prefix) for prefix in (self.prefix, *self.also) if path.startswith(prefix)), default=0
        )


# Before the first document anybody keeps: a period that leaves nothing out.
SINCE_EVER = "1900-01-01"
SETTINGS = (
    Item(_("Accounts receivable"), "companies:configuration", "", "/settings/", ("configuration.view",)),
    Item(_("Company"), "companies:company", "", "/settings/company/", ("configuration.view",)),
    Item(_("Entities"), "companies:entities", "", "/settings/entities/", ("configuration.view",)),
    Item(_("Locations"), "companies:locations", "", "/settings/locations/", ("configuration.view",)),
    Item(_("Accounts"), "companies:accounts", "", "/settings/accounts/", ("configuration.view",)),
    Item(_("Bank accounts"), "companies:bank-accounts", "", "/settings/banks/", ("configuration.view",)),
    Item(_("Payment terms"), "companies:terms", "", "/settings/terms/", ("configuration.view",)),
    Item(_("Number sequences"), "companies:sequences", "", "/settings/sequences/", ("configuration.view",)),
    Item(_("Journals"), "companies:journals", "", "/settings/journals/", ("configuration.view",)),
    Item(_("Periods"), "companies:periods", "", "/settings/periods/", ("configuration.view",)),
    Item(_("Roles"), "companies:roles", "", "/settings/roles/", ("roles.view",)),
    Item(_("People"), "companies:people", "", "/settings/people/", ("roles.view",)),
    Item(_("API tokens"), "tokens:list", "", "/settings/tokens/", ("configuration.view",)),
    Item(_("Webhooks"), "webhooks:list", "", "/settings/webhooks/", ("configuration.view",)),
    Item(
        _("Letter the past"),
        "lettering:past",
        "",
        "/settings/letter-the-past/",
        ("configuration.edit",),
    ),
    Item(_("Audit trail"), "companies:audit", "", "/settings/audit/", ("audit.view",)),
)
CREDITS = (
    Item(_("Available credits"), "credits:list", "", "/credits/", ("adjustments.list", "advances.list")),
    Item(_("Adjustments"), "adjustments:list", "", "/credits/adjustments/", ("adjustments.list",)),
    Item(_("Advances"), "advances:list", "", "/credits/advances/", ("advances.list",)),
)
RECONCILIATION = (
    Item(_("Workbench"), "reconciliation:workbench", "", "/matching/workbench/", ("matching.apply",)),
    Item(_("Needs matching"), "reconciliation:queue", "", "/matching/queue/", ("matching.apply",)),
    Item(
        _("Unreconciled items"),
        "reconciliation:unreconciled",
        "",
        "/matching/unreconciled/",
        ("reconciliation.run",),
    ),
)
REPORTS = (
    Item(
        _("Customer reconciliation"),
        "reports:reconciliation",
        "",
        "/reports/reconciliation/",
        ("reconciliation.run",),
    ),
    Item(_("AR ledger"), "reports:ledger", "", "/reports/ledger/", ("ledger.run",)),
    Item(_("Ageing"), "reports:ageing", "", "/reports/ageing/", ("ageing.run",)),
    Item(_("Statements of account"), "reports:statements", "", "/reports/statements/", ("statements.run",)),
    Item(
        _("Payments by item"),
        "reports:payments-by-item",
        "",
        "/reports/payments-by-item/",
        ("payments_by_item.run",),
    ),
    Item(_("Tax receipts"), "reports:tax-receipts", "", "/reports/tax-receipts/", ("statements.run",)),
    Item(_("Journal"), "reports:journal", "", "/reports/journal/", ("ledger.run",), whole=True),
    Item(_("Proof"), "reports:proof", "", "/reports/proof/", ("ledger.run",), whole=True),
)
MENU = (
    Item(_("Home"), "home:index", "house", "/"),
    Item(_("Customers"), "customers:list", "users", "/customers/", ("customers.list",)),
    Item(_("Invoices"), "invoices:list", "file-text", "/invoices/", ("invoices.list",), also=("/checkout/",)),
    Item(_("Credits"), "", "ticket", "/credits/", ("adjustments.list", "advances.list"), CREDITS),
    Item(_("Payments"), "payments:list", "banknote", "/payments/", ("payments.list",)),
    Item(_("Refunds"), "refunds:list", "undo-2", "/refunds/", ("refunds.list",), feature="refunds"),
    Item(
        _("Deposits"),
        "deposits:list",
        "landmark",
        "/deposits/",
        ("deposits.list",),
        also=("/quick-deposit/",),
    ),
    Item(
        _("Reconciliation"),
        "",
        "scale",
        "/matching/",
        ("matching.apply", "reconciliation.run"),
        RECONCILIATION,
    ),
    Item(
        _("Reports"),
        "",
        "chart-column",
        "/reports/",
        ("reconciliation.run", "ledger.run", "ageing.run", "payments_by_item.run", "statements.run"),
        REPORTS,
    ),
    Item(_("Summaries"), "summaries:list", "layers", "/summaries/", ("summaries.list",)),
    Item(_("Imports"), "imports:list", "upload", "/imports/", ("imports.run",)),
    Item(
        _("Settings"),
        "",
        "settings",
        "/settings/",
        ("configuration.view", "roles.view", "audit.view"),
        SETTINGS,
    ),
)


@dataclass(frozen=True)
class Entry:
    """A menu entry as the rail draws it."""

    label: str | Promise
    url: str
    icon: str
    active: bool
    children: Sequence[Entry] = ()


class Frame:
    """Read by the templates; a page pays only for the parts that it draws."""

    # A page outside all companies, hence without the address of this one.
    founding_url = "/accounts/companies/new/"

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.actor: Actor | None = getattr(request, "actor", None)
        self.company: Company | None = getattr(request, "company", None)
        self.query = request.GET.get("q", "") if request.path_info == "/search/" else ""

    @property
    def user(self) -> User | None:
        user: Any = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def companies(self) -> Sequence[Company]:
        """The person's companies, as the middleware read them with his standing in this one."""
        return getattr(self._request, "companies", ())

    @cached_property
    def entities(self) -> Sequence[Entity]:
        """Those the person may work in, by code; none in a company without entities."""
        return [one for one in getattr(self._request, "entities", ()) if one.active]

    @property
    def entity(self) -> Entity | None:
        """The one that he chose to work in; None: all of them."""
        return getattr(self._request, "entity", None)

    @property
    def here(self) -> str:
        """Where to come back to after a choice of the frame; "" on a page that a form has made."""
        return self._request.get_full_path() if self._request.method == "GET" else ""

    @cached_property
    def codes_url(self) -> str:
        """Where everything that shares a match code is shown, whatever its date; "" without the right to see it."""
        report = address("reports:reconciliation")
        return (
            f"{report}?start={SINCE_EVER}"
            if report and self.actor and self.actor.may("reconciliation.run")
            else ""
        )

    @cached_property
    def menu(self) -> list[Entry]:
        if self.actor is None:
            return []
        features: frozenset[str] = getattr(self._request, "features", frozenset())
        return entries(MENU, self.actor, self._request.path_info, features)


def entries(
    items: Sequence[Item], actor: Actor, path: str, features: frozenset[str] = frozenset()
) -> list[Entry]:
    """The entries whose right the person holds; children of the active one only, to keep the rail short."""
    allowed = [item for item in items if item.fits(actor, features)]
    nearest = max((item.begins(path) for item in allowed), default=0)
    found = []
    for item in allowed:
        children = entries(item.children, actor, path, features)
        url = address(item.route) or next((child.url for child in children), "")
        if url:
            active = 0 < nearest == item.begins(path)
            found.append(Entry(item.label, url, item.icon, active, children if active else ()))
    return found


def address(route: str, *args: object) -> str:
    """Where a route leads, or nothing when this installation does not have it."""
    if not args:
        return _without_arguments(route, get_script_prefix(), settings.ROOT_URLCONF)
    try:
        return reverse(route, args=args) if route else ""
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=4_096)
def _without_arguments(route: str, _prefix: str, _routes: object) -> str:
    """The same without arguments, below a company's own prefix: the menu asks for fifty of them on every page."""
    try:
        return reverse(route) if route else ""
    except NoReverseMatch:
        return ""


# The request that is answered: rows far below the door name documents of every kind.
answered: ContextVar[HttpRequest | None] = ContextVar("answered", default=None)


def link(route: str, *args: object, entity: int | None = None) -> str:
    """The address of ``<objects>:detail``; nothing for a person without the right to view such objects, or those of
    the entity, or where the company has switched them off: no page offers what would be refused (SPEC 4)."""
    request = answered.get()
    return address(route, *args) if request is None or _opens(request, route, entity) else ""


def _opens(request: HttpRequest, route: str, entity: int | None) -> bool:
    subject = route.partition(":")[0]
    if subject == "refunds" and "refunds" not in request.features:  # type: ignore[attr-defined]
        return False
    actor = request.actor  # type: ignore[attr-defined]
    return actor is None or (actor.may(f"{subject}.view") and actor.reaches(entity))


def frame(request: HttpRequest) -> dict[str, Frame]:
    """The context processor: ``frame`` for templates/base.html and templates/frame."""
    return {"frame": Frame(request)}
