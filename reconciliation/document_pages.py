"""One document with lines, and the verbs on it, each asked with its effect spelled out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import linebreaksbr
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from arledger.companies.context import address, link
from arledger.core.actor import Actor
from arledger.core.dates import parse_iso_date
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest
from arledger.core.http.forms import Done, KeyedForm, ask, replay
from ledger.attachment_pages import panel
from ledger.models import Document, Kind
from ledger.posting import require_drafts
from reconciliation.credit_link_pages import apply_url, available_credits, match_url
from reconciliation.document_forms import ReverseForm
from reconciliation.facts import Facts, LineFacts, facts
from reconciliation.kind_pages import KindPages
from reconciliation.panel_pages import MatchView, deposit_links, matches, timeline
from reconciliation.preview import would_refuse
from reconciliation.slice_pages import slice_of
from summaries.fact_pages import kept_by, summary_fact


class DocumentPages(KindPages):
    """The page of one document and of what can be done with it."""

    # Advances show money received as positive amounts: +1 shows lines as they stand on the customer's account.
    sign: ClassVar[int] = 1

    # What a kind may say otherwise ---------------------------------------------------------------------------

    def copy(self, actor: Actor, key: int) -> int:
        """Make a new draft like a document; its key."""
        raise NotImplementedError

    def figures(self, shown: Facts) -> list[tuple[str, Decimal]]:
        """The amounts at the head of the page, those of a draft too."""
        figures = shown.listed.figures
        found = [(_("Total"), shown.listed.document.total)]
        if figures:
            found += [
                (_("Settled"), shown.settled),
                (pgettext("amount", "Open"), figures.open_amount),
                *([(_("Selected"), figures.reserved)] if figures.reserved else []),
            ]
        return found

    def due_on(self, document: Document) -> date | None:
        """The day that the page names as due."""
        return document.due_date

    def particulars(self, document: Document) -> list[tuple[str, str]]:
        rate = f"{document.exchange_rate.normalize():f}" if document.exchange_rate != 1 else ""
        return [
            (_("Reference"), document.reference),
            (_("Description"), document.description),
            (_("Payment term"), str(document.term) if document.term else ""),
            (_("Entity"), str(document.entity) if document.entity else ""),
            (_("Bill to"), linebreaksbr(document.bill_to)),
            (_("Exchange rate"), rate),
        ]

    def related(self, shown: Facts) -> list[dict[str, Any]]:
        found = [(_("Reversal of"), shown.original), (_("Reversed by"), shown.mirror)]
        related = [
            {"kind": kind, "label": str(other), "url": self.at(other.pk)} for kind, other in found if other
        ]
        return related + [
            {
                "kind": _("Selected by"),
                "label": str(draft),
                "url": link(f"{draft.kind}s:detail", draft.pk, entity=draft.entity_id),
            }
            for draft in shown.drafts
        ]

    def post_effects(self, actor: Actor, document: Document) -> list[str]:
        """What posting the draft does to the customer's account."""
        said = _named(document)
        if document.total >= 0:
            return [_("%(customer)s owes %(amount)s more.") % said]
        return [_("%(customer)s has %(amount)s more to his credit.") % said]

    def reverse_effects(self, request: PageRequest, document: Document) -> list[str]:
        """What else reversing the document does."""
        return []

    def offered(self, actor: Actor, kept: str) -> dict[str, bool]:
        """The verbs that the page offers; ``kept``: why nobody changes the draft at present, "" where one may."""
        may = self.may(actor)
        return may | dict.fromkeys(("edit", "post", "delete"), False) if kept else may

    # Pages ---------------------------------------------------------------------------------------------------

    def detail(self, request: PageRequest, key: int) -> HttpResponse:
        """One document, with its figures as of today or of ``?as_at=``."""
        actor = request.actor
        document = self.one(actor, key)
        text = request.GET.get("as_at", "")
        day = parse_iso_date(text, field="as_at") if text else actor.today
        shown = facts(company_id=actor.company_id, document=document, day=day)
        found = matches(actor=actor, ids=[key], day=day, back=request.get_full_path())
        past = day != actor.today
        seen = [match for match in found if match.date <= day or not past]
        amounts = (document.total, shown.settled, shown.listed.open)
        lines = slice_of(request.GET, "lines", shown.lines)
        kept = kept_by(document.summary, draft=document.state == Document.State.DRAFT)
        others = slice_of(request.GET, "matches", [one for one in seen if one.document != document.pk])
        context = self.context() | {
            "document": document,
            "name": self.name(document),
            "facts": shown,
            "figures": shown.listed.figures,
            "amounts": self.figures(shown),
            "due": self.due_on(document),
            "lines": [self._line(request, line, seen) for line in lines.rows],
            "line_slice": lines,
            "totals": dict(zip(("amount", "settled", "open"), self._signed(amounts), strict=True)),
            "matches": others.rows,
            "match_slice": others,
            "events": timeline(company_id=actor.company_id, document=key, currency=document.currency),
            "related": [
                *self.related(shown),
                *available_credits(actor, document, shown.listed.figures),
                *(deposit_links(actor, key) if document.kind == Kind.ADVANCE else ()),
            ],
            "apply_url": apply_url(actor, document, shown.listed.figures),
            "match_url": match_url(actor, document, shown.listed.figures),
            "pdf_url": address(f"{self.kind}s:pdf", key),
            "attachments": panel(actor, document),
            "particulars": [*self.particulars(document), summary_fact(actor, document.summary)],
            "day": day,
            "past": past,
            "kept": kept,
            "may": self.offered(actor, kept),
            "receive_url": receive_url(request, shown),
            "write_off_url": write_off_url(request, shown),
            "checkout_url": checkout_url(request, document),
            "customer_url": link("customers:detail", document.customer_id),
            "currency": document.currency,
        }
        return render(request, f"{self.kind}s/detail.html", context)

    def _signed(self, amounts: Sequence[Decimal | None]) -> list[Decimal | None]:
        return [None if amount is None else self.sign * amount for amount in amounts]

    def _line(self, request: PageRequest, fact: LineFacts, found: Sequence[MatchView]) -> dict[str, Any]:
        """A line for components/lines_table.html."""
        line = fact.line
        own = [match for match in found if match.line == line.pk]
        part = slice_of(request.GET, "matches", own)
        place = f" · {line.location}" if line.location else ""
        amounts = (line.amount, fact.settled, fact.open, fact.reserved)
        return {
            "position": line.position,
            "description": line.description,
            "account": f"{line.account}{place}",
            **dict(zip(("amount", "settled", "open", "reserved"), self._signed(amounts), strict=True)),
            "code": " ".join(dict.fromkeys(match.code for match in part.rows if match.code)),
            "matches": part.rows,
            "match_slice": part,
        }

    def post(self, request: PageRequest, key: int) -> HttpResponse:
        """Post a draft."""
        if again := replay(request):
            return again
        actor, document = request.actor, self.one(request.actor, key)
        require_drafts([document])

        def verb() -> Done:
            self.post_drafts(actor, [key])
            return Done(self.at(key), self.posted(actor, key))

        return self._ask(
            request,
            KeyedForm(request.POST or None),
            verb,
            document=document,
            question=self.words.post_question,
            effects=self.post_effects(actor, document),
            button=self.words.post,
            meaning="primary",
            refusal=would_refuse(lambda: self.post_drafts(actor, [key])),
        )

    def delete(self, request: PageRequest, key: int) -> HttpResponse:
        """Delete a draft."""
        if again := replay(request):
            return again
        actor, document = request.actor, self.one(request.actor, key)
        require_drafts([document])

        def verb() -> Done:
            self.delete_drafts(actor, [key])
            return Done(self.url("list"), _("The draft is deleted."))

        effects = [
            _(
                "The draft over %(amount)s for %(customer)s disappears. Balances do not move: it was not posted."
            )
            % _named(document)
        ]
        return self._ask(
            request,
            KeyedForm(request.POST or None),
            verb,
            document=document,
            question=self.words.delete_question,
            effects=effects,
            button=_("Delete draft"),
        )

    def reverse(self, request: PageRequest, key: int) -> HttpResponse:
        """Reverse a posted document on a date and for a reason; says at once when that is refused."""
        actor, document = request.actor, self.one(request.actor, key)
        earliest = max(actor.today, document.date)
        form = ReverseForm(request.POST or None, initial={"date": earliest})

        def verb() -> Done:
            values = form.cleaned_data
            self.take_back(actor, [key], values["date"], values["reason"])
            return Done(self.at(key), _("%(number)s is reversed.") % {"number": document})

        mirror = money_text(self.sign * -document.total, document.currency)
        effects = [
            _("Makes a mirror document over %(amount)s; both are settled by each other.")
            % {"amount": mirror},
            *self.reverse_effects(request, document),
        ]
        return self._ask(
            request,
            form,
            verb,
            document=document,
            question=_("Reverse %(number)s") % {"number": document},
            effects=effects,
            button=self.words.reverse,
            refusal=would_refuse(lambda: self.take_back(actor, [key], earliest, "-")),
        )

    def duplicate(self, request: PageRequest, key: int) -> HttpResponse:
        """Make a new draft like a document and open it for changes."""
        actor, document = request.actor, self.one(request.actor, key)

        def verb() -> Done:
            copy = self.copy(actor, key)
            route = "edit" if actor.may(self.right("edit")) else "detail"
            said = _("A copy of %(document)s, dated today.") % {"document": document}
            return Done(self.url(route, copy), said)

        return self._ask(
            request,
            KeyedForm(request.POST or None),
            verb,
            document=document,
            question=_("Duplicate %(document)s") % {"document": document},
            effects=[_("A new draft with the same customer, lines and terms, dated today.")],
            button=_("Duplicate"),
            meaning="primary",
        )

    def _ask(
        self, request: PageRequest, form: KeyedForm, verb: Callable[[], Done], **said: Any
    ) -> HttpResponse:
        """Ask before a verb on ``document``; see ``ask``."""
        document = said["document"]
        context = self.context() | {"name": self.name(document)}
        return ask(
            request,
            form,
            verb,
            template="documents/confirm.html",
            back_url=self.at(document.pk),
            context=context,
            **said,
        )


def receive_url(request: PageRequest, shown: Facts) -> str:
    """Where a payment for this document is received, when there is something to receive."""
    document, figures = shown.listed.document, shown.listed.figures
    url = address("payments:receive")
    if not (url and request.actor.may("payments.add") and figures and figures.open_charges_ever):
        return ""
    return f"{url}?customer={document.customer_id}&document={document.pk}"


def checkout_url(request: PageRequest, document: Document | None = None) -> str:
    """Where an invoice (a draft, or a new one) is posted together with its receipts."""
    if document and (document.kind != Kind.INVOICE or document.state != Document.State.DRAFT):
        return ""
    rights = ("invoices.add", "invoices.edit", "invoices.post", "payments.add", "payments.post")
    if not all(request.actor.may(right) for right in rights):
        return ""
    return address("checkout:draft", document.pk) if document else address("checkout:new")


def write_off_url(request: PageRequest, shown: Facts) -> str:
    """Where what is left of this document is written off, when something is."""
    figures = shown.listed.figures
    if not (request.actor.may("adjustments.write_off") and figures and figures.open_charges_ever):
        return ""
    return address("adjustments:write-off", shown.listed.document.pk)


def money_text(amount: Decimal, currency: str) -> str:
    return f"{format_amount(amount, currency, get_language() or 'en')} {currency}"


def _named(document: Document) -> Mapping[str, str]:
    amount = money_text(abs(document.total), document.currency)
    return {"customer": str(document.customer), "amount": amount}
