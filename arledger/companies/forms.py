"""Configure Accounts Receivable: the settings of SPEC 3 as one form. The rules live in the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies.frequencies import SUMMARY_SETTINGS, Frequency, allowed_frequencies
from arledger.companies.models import Account, Configuration, Journal, NumberSequence
from arledger.companies.sequence_services import NUMBERED
from arledger.core.actor import Actor
from arledger.core.http.forms import AmountField, DayField, KeyedForm

SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        _("Credits"),
        (
            "auto_apply_inline_credits",
            "limit_credits_to_entity",
            "own_rules_and_events",
            "write_off_limit",
        ),
    ),
    (
        _("Refunds"),
        ("refunds_enabled", "refund_journal", "refund_two_person", "refund_two_person_above"),
    ),
    (_("Reconciliation"), ("reconciliation_enabled", "match_sequence")),
    (
        _("Matching"),
        ("automatic_match_balance", "automatic_match_checkout", "automatic_match_instalments"),
    ),
    (_("Summaries"), SUMMARY_SETTINGS),
    (_("Numbering"), tuple(f"{kind}_sequence" for kind in NUMBERED)),
    (_("Posting"), ("separate_gl_date", "reverse_unpaid_invoices")),
    (
        _("GL accounts"),
        (
            "receivable_account",
            "advances_account",
            "overpayments_account",
            "undeposited_account",
            "revenue_account",
            "discount_account",
            "write_off_account",
            "exchange_account",
        ),
    ),
    (_("Periods"), ("closed_through",)),
    (_("Tax"), ("cash_basis_tax",)),
)
SETTINGS = tuple(name for _title, names in SECTIONS for name in names)


def _choice(
    model: type[Account] | type[Journal] | type[NumberSequence], **options: Any
) -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(model._default_manager.none(), **options)


def _frequency(type: str, label: Any, **options: Any) -> forms.ChoiceField:
    """How often summaries of a type start anew."""
    choices = [(value, Frequency(value).label) for value in allowed_frequencies(type)]
    return forms.ChoiceField(label=label, choices=choices, **options)


class ConfigurationForm(KeyedForm):
    """``version`` is the one the person saw: somebody else's change in between is not overwritten."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    auto_apply_inline_credits = forms.BooleanField(
        label=_("Apply inline credits automatically"),
        required=False,
        help_text=_(
            "When an invoice is posted, its negative lines offset its positive lines in order: 300, 100 and −20 leave "
            "280 and 100 open. Switched off, the −20 stays an available credit. Posted invoices never change."
        ),
    )
    limit_credits_to_entity = forms.BooleanField(
        label=_("Limit credits to the entity that owns them"),
        required=False,
        help_text=_("A credit of an entity settles that entity's charges only."),
    )
    own_rules_and_events = forms.BooleanField(
        label=_("The company uses its own rules and events on documents"),
        required=False,
        help_text=_(
            "Programs that listen to the events of this company get one event for each inline credit as well, after "
            "the event of the posting."
        ),
    )
    write_off_limit = AmountField(
        label=_("Largest write-off"),
        required=False,
        allow_negative=False,
        help_text=_("What may be written off of one document, in the base currency. Empty: any amount."),
    )
    refunds_enabled = forms.BooleanField(
        label=_("Record customer refunds"),
        required=False,
        help_text=_("Money given back to customers is recorded here and clears the credits it gave back."),
    )
    refund_journal = _choice(Journal, label=_("Journal of refunds"), empty_label=None)
    refund_two_person = forms.BooleanField(
        label=_("A second person posts refunds"),
        required=False,
        help_text=_("Whoever edited a refund last may not post it."),
    )
    refund_two_person_above = AmountField(
        label=_("Above this amount"),
        required=False,
        allow_negative=False,
        help_text=_(
            "In the base currency. Refunds up to this amount need one person only. Empty or 0: all need two."
        ),
    )
    reconciliation_enabled = forms.BooleanField(
        label=_("Customer reconciliation"),
        required=False,
        help_text=_(
            "Whatever is matched with one invoice or one credit shares a match code. Nothing that was applied before "
            "you switch this on ever gets one, and it cannot be switched off again."
        ),
    )
    match_sequence = _choice(
        NumberSequence,
        label=_("AR match sequence"),
        required=False,
        help_text=_("Where match codes are drawn from: a sequence of letters."),
    )
    automatic_match_balance = forms.BooleanField(
        label=_("Match a receipt equal to the customer’s balance"),
        required=False,
        help_text=_(
            "A receipt that names nothing to pay and is exactly what the customer owes, less his available credits, "
            "settles all of it, the credits included. Switched off, it stays an overpayment."
        ),
    )
    automatic_match_checkout = forms.BooleanField(
        label=_("Match a checkout paid at once"),
        required=False,
        help_text=_(
            "An invoice posted together with its receipts is matched with them, item by item. Switched off, the "
            "receipts stay overpayments, unless somebody says which items they pay."
        ),
    )
    automatic_match_instalments = forms.BooleanField(
        label=_("Match a checkout paid by instalments"),
        required=False,
        help_text=_(
            "The same where a receipt is dated after the invoice. Each instalment pays its own item where their "
            "amounts are the same, else the items in their order, and counts from its date."
        ),
    )
    summary_frequency_invoices = _frequency(
        "invoices",
        _("Invoices"),
        help_text=_(
            "What is posted is gathered in summaries that start anew each day, week or month of the company’s time "
            "zone. User-specified: people open summaries with a GL date, and each document chooses one."
        ),
    )
    summary_frequency_adjustments = _frequency("adjustments", _("Adjustments"))
    summary_frequency_deposits = _frequency("deposits", _("Deposits"))
    summary_frequency_payments = _frequency(
        "payments", _("Payments"), help_text=_("Each bank account and undeposited funds have their own.")
    )
    summary_frequency_advances = _frequency("advances", _("Advances"))
    summary_frequency_refunds = _frequency(
        "refunds",
        _("Refunds"),
        help_text=_("A change counts at once: the summary that runs ends, a new one begins."),
    )
    customer_sequence = _choice(
        NumberSequence,
        label=_("Customers"),
        required=False,
        empty_label=_("none: codes are typed in"),
        help_text=_("For customers entered without a code."),
    )
    invoice_sequence = _choice(NumberSequence, label=_("Invoices"), empty_label=None)
    adjustment_sequence = _choice(NumberSequence, label=_("Adjustments"), empty_label=None)
    advance_sequence = _choice(
        NumberSequence,
        label=_("Advances"),
        required=False,
        empty_label=_("none: advances have no number"),
        help_text=_("An advance posted without a number never gets one; refund files cannot name it."),
    )
    payment_sequence = _choice(NumberSequence, label=_("Payments"), empty_label=None)
    refund_sequence = _choice(NumberSequence, label=_("Refunds"), empty_label=None)
    deposit_sequence = _choice(NumberSequence, label=_("Deposits"), empty_label=None)
    matching_sequence = _choice(
        NumberSequence,
        label=_("Matchings"),
        empty_label=None,
        help_text=_("For matching and un-matching by hand."),
    )
    separate_gl_date = forms.BooleanField(
        label=_("Separate GL posting date"),
        required=False,
        help_text=_("An invoice may post to the general ledger on another day than its own date."),
    )
    reverse_unpaid_invoices = forms.BooleanField(
        label=_("Unpaid posted invoices may be reversed"),
        required=False,
        help_text=_(
            "Switched off, an invoice can be deleted while it is a draft, and never be taken back after."
        ),
    )
    receivable_account = _choice(Account, label=_("Receivable"), empty_label=None)
    advances_account = _choice(
        Account,
        label=_("Advances"),
        empty_label=None,
        help_text=_("Holds money received before an invoice exists."),
    )
    overpayments_account = _choice(
        Account,
        label=_("Overpayments"),
        empty_label=None,
        help_text=_("Holds what is left of a payment until it is applied."),
    )
    undeposited_account = _choice(
        Account,
        label=_("Undeposited funds"),
        empty_label=None,
        help_text=_("For receipts that name no bank account."),
    )
    revenue_account = _choice(
        Account, label=_("Revenue"), empty_label=None, help_text=_("For invoice lines that name no account.")
    )
    discount_account = _choice(
        Account, label=_("Discount"), empty_label=None, help_text=_("For credit memos that grant a discount.")
    )
    write_off_account = _choice(
        Account, label=_("Write-off"), empty_label=None, help_text=_("Takes small remainders given up.")
    )
    exchange_account = _choice(
        Account,
        label=_("Exchange difference"),
        empty_label=None,
        help_text=_("Takes the difference when two matched documents have different rates."),
    )
    closed_through = DayField(
        label=_("Books closed through"),
        required=False,
        help_text=_(
            "Nothing can be posted, reversed or un-applied on this day or before. Empty: nothing is closed."
        ),
    )

    cash_basis_tax = forms.BooleanField(
        label=_("The company captures tax on a cash basis"),
        required=False,
        help_text=_(
            "A line with a tax counts as cash-basis tax unless the line says otherwise; a credit that has such a line "
            "cannot be refunded. Posted documents never change."
        ),
    )

    def __init__(
        self, data: QueryDict | None = None, *, actor: Actor, row: Configuration, **options: Any
    ) -> None:
        initial: dict[str, Any] = {name: getattr(row, name) for name in SETTINGS}
        super().__init__(data, initial=initial | {"version": row.version}, **options)
        # Ids and codes of other companies are no choice here, and row security would not show them either.
        accounts = Account.objects.filter(company_id=actor.company_id, active=True).order_by("code")
        journals = Journal.objects.filter(company_id=actor.company_id, active=True).order_by("code")
        numbers = NumberSequence.objects.filter(company_id=actor.company_id, active=True).order_by("code")
        for name, field in self.fields.items():
            if isinstance(field, AmountField):
                field.currency = row.company.base_currency
            if not isinstance(field, forms.ModelChoiceField):
                continue
            if name == "refund_journal":
                field.queryset = journals
                continue
            if name.endswith("_account"):
                field.queryset = accounts.filter(kind=name.removesuffix("_account"))
            else:
                style = "alpha" if name == "match_sequence" else "numeric"
                field.queryset = numbers.filter(style=style)
        if not actor.may("configuration.edit"):
            for field in self.fields.values():
                field.disabled = True

    @property
    def sections(self) -> list[tuple[str | Promise, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    @property
    def changes(self) -> dict[str, Any]:
        """Every setting as it would be; the service finds out what of it is new."""
        changes = {name: self.cleaned_data[name] for name in SETTINGS}
        return changes | {"refund_two_person_above": changes["refund_two_person_above"] or Decimal(0)}


@dataclass(frozen=True)
class Consequence:
    """What a person should know before a choice takes effect: a question, what it means, and the verb that goes on."""

    question: str | Promise
    effects: Sequence[str | Promise]
    verb: str | Promise


RECONCILIATION = Consequence(
    _("Switch customer reconciliation on?"),
    (
        _("From now on, whatever is applied draws a match code from the AR match sequence."),
        _("What was applied until now never gets a code."),
        _("Customer reconciliation stays on: it cannot be switched off again."),
    ),
    _("Switch it on and save"),
)
INLINE_EVENTS = Consequence(
    _("Use own rules and events while inline credits are applied automatically?"),
    (
        _(
            "Posting an invoice with negative lines sends several events: its own, then one for each inline credit."
        ),
        _("A rule that acts on the posting sees the invoice before it hears of the inline credits."),
        _(
            "A rule that posts, applies or changes something for each event would do so several times for one invoice."
        ),
    ),
    _("Use both and save"),
)
SEVERAL = _("Save these settings?"), _("Save all of it")


def consequences(
    before: Configuration, changes: dict[str, Any], left: Sequence[str] = ()
) -> Consequence | None:
    """What should be confirmed before the changes are saved; of several choices together.

    ``left``: what switching refunds off would leave behind, in sentences.
    """
    found = []
    if changes["reconciliation_enabled"] and not before.reconciliation_enabled:
        found.append(RECONCILIATION)
    if left and before.refunds_enabled and not changes["refunds_enabled"]:
        found.append(
            Consequence(_("Record no customer refunds any more?"), left, _("Switch it off and save"))
        )
    both = changes["own_rules_and_events"] and changes["auto_apply_inline_credits"]
    if both and not (before.own_rules_and_events and before.auto_apply_inline_credits):
        found.append(INLINE_EVENTS)
    if len(found) < 2:
        return found[0] if found else None
    return Consequence(SEVERAL[0], [effect for one in found for effect in one.effects], SEVERAL[1])
