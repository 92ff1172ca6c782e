"""Companies and what is set up once per company: people, places, accounts, terms, numbering, configuration.

Every table but ``User`` and ``Company`` belongs to a company: its keys are composite in the database and row
security shows it only inside ``company_scope`` (DESIGN 2). ``tenant_key`` is the Django side of such a key.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.related_lookups import RelatedExact
from django.utils.translation import gettext_lazy as _

from arledger.companies.frequencies import frequency_constraints, frequency_field


def tenant_key(to: str, *, null: bool = False, related_name: str = "+") -> models.ForeignKey[Any, Any]:
    """A reference inside the company; the constraint itself is composite and lives in the migration."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        null=null,
        blank=null,
        db_constraint=False,
        db_index=False,
        related_name=related_name,
    )


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in with e-mail and password (SPEC 4); belongs to companies through memberships."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    # Runs the installation: founds companies. Gives no right in any of them (docs/adr/0053).
    is_operator = models.BooleanField(_("founds companies"), default=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email


class Company(models.Model):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=150)
    base_currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=5, default="en")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class CompanyKey(models.ForeignKey):
    """Whose a row is. Filters by it do not tell the planner which company is meant (docs/adr/0067)."""

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, options


@CompanyKey.register_lookup
class OfCompany(RelatedExact):
    """``company_id = (SELECT 5)`` instead of ``company_id = 5``."""

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        sql, params = super().process_rhs(compiler, connection)
        return (f"(SELECT {sql})" if self.rhs_is_direct_value() else sql), params


class CompanyModel(models.Model):
    company = CompanyKey(
        Company, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: Any) -> Any:
        """What ``get_…_display`` answers. Django's own translates and hashes every choice, for each row of a page."""
        value = getattr(self, field.attname)
        return next((str(label) for choice, label in field.flatchoices if choice == value), value)


class Coded(CompanyModel):
    """A thing people call by a code that is unique in the company."""

    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=150)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="%(app_label)s_%(class)s_code")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Entity(Coded):
    """A legal part of the company (SPEC 2)."""


class Location(Coded):
    entity = tenant_key("companies.Entity", null=True)


class Account(Coded):
    """A general-ledger account."""

    class Kind(models.TextChoices):
        RECEIVABLE = "receivable", _("Receivable")
        ADVANCES = "advances", _("Advances")
        OVERPAYMENTS = "overpayments", _("Overpayments")
        REVENUE = "revenue", _("Revenue")
        TAX = "tax", _("Tax")
        BANK = "bank", _("Bank")
        UNDEPOSITED = "undeposited", _("Undeposited funds")
        DISCOUNT = "discount", _("Discount")
        WRITE_OFF = "write_off", _("Write-off")
        EXCHANGE = "exchange", _("Exchange difference")
        OPENING = "opening", _("Opening balances")

    # They move with customers' documents alone: the journal ties to the subledger on them (SPEC 16).
    CONTROL: ClassVar = frozenset({Kind.RECEIVABLE, Kind.ADVANCES, Kind.OVERPAYMENTS})

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)


class BankAccount(Coded):
    currency = models.CharField(_("currency"), max_length=3)
    account = tenant_key("companies.Account")
    entity = tenant_key("companies.Entity", null=True)


class Term(Coded):
    """Payment term: net days, optionally to the end of the month, with an optional early discount."""

    net_days = models.PositiveSmallIntegerField(_("net days"), default=30)
    end_of_month = models.BooleanField(_("end of month"), default=False)
    discount_percent = models.DecimalField(_("discount %"), max_digits=5, decimal_places=2, default=0)
    discount_days = models.PositiveSmallIntegerField(_("discount days"), default=0)


class NumberSequence(Coded):
    """Numbers (or letters) drawn one after the other; ``last_value`` only ever grows (database trigger)."""

    class Style(models.TextChoices):
        NUMERIC = "numeric", _("Numeric")
        ALPHA = "alpha", _("Letters")

    style = models.CharField(_("style"), max_length=10, choices=Style.choices, default=Style.NUMERIC)
    prefix = models.CharField(_("prefix"), max_length=20, blank=True, default="")
    suffix = models.CharField(_("suffix"), max_length=20, blank=True, default="")
    width = models.PositiveSmallIntegerField(_("digits"), default=5)
    max_length = models.PositiveSmallIntegerField(_("maximum length"), default=20)
    last_value = models.BigIntegerField(_("last number drawn"), default=0)


class NumberJump(CompanyModel):
    """Values ``first`` to ``last`` that a sequence passed over: ``number``, given elsewhere, was written like its own.

    Nothing drew them and nothing will; the check for gaps leaves them out (docs/adr/0038).
    """

    sequence = tenant_key("companies.NumberSequence")
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    number = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first__gte=1, last__gte=F("first")), name="companies_numberjump_forward"
            ),
            models.UniqueConstraint(
                fields=["company", "sequence", "first"], name="companies_numberjump_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


class Journal(Coded):
    """Where documents of a kind are listed in the general ledger, such as sales or bank."""


class Role(Coded):
    """A named set of rights. Shipped roles come from ``arledger/companies/roles.py``, companies may add own."""

    rights = ArrayField(models.CharField(max_length=40), default=list)
    shipped = models.BooleanField(default=False)


class Membership(CompanyModel):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = tenant_key("companies.Role")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "user"], name="companies_membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.company_id}"


class MembershipEntity(CompanyModel):
    """Limits a membership to an entity; a membership without rows is not limited."""

    membership = tenant_key("companies.Membership", related_name="limits")
    entity = tenant_key("companies.Entity")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "membership", "entity"], name="companies_membershipentity_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} in {self.entity_id}"


class Configuration(CompanyModel):
    """The settings of SPEC 3, one row per company, under the names the API uses.

    The frequencies of summaries are the API's ``summary_frequency``, one column for each type.
    """

    auto_apply_inline_credits = models.BooleanField(_("apply inline credits automatically"), default=True)
    limit_credits_to_entity = models.BooleanField(
        _("limit credits to the entity that owns them"), default=False
    )
    # Then every inline application is told by an event of its own (SPEC 6).
    own_rules_and_events = models.BooleanField(_("own rules and events on documents"), default=False)
    refunds_enabled = models.BooleanField(_("record customer refunds"), default=False)
    refund_journal = tenant_key("companies.Journal")
    refund_two_person = models.BooleanField(_("refunds need a second person to post"), default=False)
    # In the base currency; a refund of this amount or less may be posted by whoever edited it last.
    refund_two_person_above = models.DecimalField(
        _("above this amount"), max_digits=18, decimal_places=4, default=0
    )
    # In the base currency; null: a remainder of any size may be written off.
    write_off_limit = models.DecimalField(
        _("largest write-off"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    reconciliation_enabled = models.BooleanField(_("customer reconciliation"), default=False)
    reconciliation_enabled_at = models.DateTimeField(null=True, editable=False)
    match_sequence = tenant_key("companies.NumberSequence", null=True)
    # The three cases of automatic matching (SPEC 11), each by itself.
    automatic_match_balance = models.BooleanField(
        _("match a receipt equal to the customer’s balance"), default=True
    )
    automatic_match_checkout = models.BooleanField(_("match a checkout paid at once"), default=True)
    automatic_match_instalments = models.BooleanField(_("match a checkout paid by instalments"), default=True)
    summary_frequency_invoices = frequency_field(_("summaries of invoices"))
    summary_frequency_adjustments = frequency_field(_("summaries of adjustments"))
    summary_frequency_deposits = frequency_field(_("summaries of deposits"))
    summary_frequency_payments = frequency_field(_("summaries of payments"))
    summary_frequency_advances = frequency_field(_("summaries of advances"))
    summary_frequency_refunds = frequency_field(_("summaries of refunds"))
    separate_gl_date = models.BooleanField(_("separate GL posting date"), default=False)
    reverse_unpaid_invoices = models.BooleanField(_("unpaid posted invoices may be reversed"), default=True)
    # What a line with a tax says by itself when nobody says otherwise (SPEC 3, 9; docs/adr/0053).
    cash_basis_tax = models.BooleanField(_("the company captures tax on a cash basis"), default=False)
    closed_through = models.DateField(_("books closed through"), null=True, blank=True)
    customer_sequence = tenant_key("companies.NumberSequence", null=True)
    invoice_sequence = tenant_key("companies.NumberSequence")
    adjustment_sequence = tenant_key("companies.NumberSequence")
    # Null: advances are not numbered (SPEC 3).
    advance_sequence = tenant_key("companies.NumberSequence", null=True)
    payment_sequence = tenant_key("companies.NumberSequence")
    refund_sequence = tenant_key("companies.NumberSequence")
    deposit_sequence = tenant_key("companies.NumberSequence")
    matching_sequence = tenant_key("companies.NumberSequence")
    receivable_account = tenant_key("companies.Account")
    advances_account = tenant_key("companies.Account")
    overpayments_account = tenant_key("companies.Account")
    discount_account = tenant_key("companies.Account")
    write_off_account = tenant_key("companies.Account")
    undeposited_account = tenant_key("companies.Account")
    exchange_account = tenant_key("companies.Account")
    revenue_account = tenant_key("companies.Account")
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company"], name="companies_configuration_one"),
            *frequency_constraints("companies_configuration"),
        ]

    def __str__(self) -> str:
        return f"configuration of {self.company_id}"


class EntityConfiguration(CompanyModel):
    """What an entity sets differently from its company (the settings marked (E) in SPEC 3); empty means same."""

    entity = tenant_key("companies.Entity")
    closed_through = models.DateField(_("books closed through"), null=True, blank=True)
    refunds_enabled = models.BooleanField(_("record customer refunds"), null=True, blank=True)
    refund_journal = tenant_key("companies.Journal", null=True)
    customer_sequence = tenant_key("companies.NumberSequence", null=True)
    invoice_sequence = tenant_key("companies.NumberSequence", null=True)
    adjustment_sequence = tenant_key("companies.NumberSequence", null=True)
    advance_sequence = tenant_key("companies.NumberSequence", null=True)
    payment_sequence = tenant_key("companies.NumberSequence", null=True)
    refund_sequence = tenant_key("companies.NumberSequence", null=True)
    deposit_sequence = tenant_key("companies.NumberSequence", null=True)
    matching_sequence = tenant_key("companies.NumberSequence", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "entity"], name="companies_entityconfiguration_one")
        ]

    def __str__(self) -> str:
        return f"configuration of entity {self.entity_id}"
