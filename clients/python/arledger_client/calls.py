"""Made by tools/client.py from docs/openapi.yaml: change that, not this."""

from __future__ import annotations

from typing import Unpack

from arledger_client import shapes
from arledger_client.resource import Resource, Rows, step
from arledger_client.transport import Transport


class Accounts(Resource):
    def list(self, **query: Unpack[shapes.AccountsListQuery]) -> Rows[shapes.Account]:
        """List: GL account."""
        return self._rows("/accounts", query, shapes.Account)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.AccountInput],
    ) -> shapes.Account:
        """Set up: GL account."""
        return self._write(
            "POST",
            "/accounts",
            body,
            shapes.Account,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Account:
        """Show: GL account."""
        return self._get(f"/accounts/{step(id)}", {}, shapes.Account)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedAccountChange],
    ) -> shapes.Account:
        """Change: GL account. What documents rely on stays as it was; what is not needed any more is
        made inactive."""
        return self._write(
            "PATCH",
            f"/accounts/{step(id)}",
            body,
            shapes.Account,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Adjustments(Resource):
    def list(self, **query: Unpack[shapes.AdjustmentsListQuery]) -> Rows[shapes.Adjustment]:
        """List adjustments."""
        return self._rows("/adjustments", query, shapes.Adjustment)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.AdjustmentBody],
    ) -> shapes.Adjustment:
        """Enter an adjustment. Negative lines make a credit memo, positive ones a debit memo. Posted
        unless `action` is `draft`."""
        return self._write(
            "POST",
            "/adjustments",
            body,
            shapes.Adjustment,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Adjustment:
        """One adjustment."""
        return self._get(f"/adjustments/{step(id)}", {}, shapes.Adjustment)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
        **body: Unpack[shapes.PatchedAdjustmentDraftBody],
    ) -> shapes.Adjustment:
        """Change a draft adjustment. Members that are left out stay; `lines` replaces all of them."""
        return self._write(
            "PATCH",
            f"/adjustments/{step(id)}",
            body,
            shapes.Adjustment,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def delete(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Deleted:
        """Delete a draft adjustment."""
        return self._write(
            "DELETE",
            f"/adjustments/{step(id)}",
            None,
            shapes.Deleted,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def duplicate(
        self, id: str, *, idempotency_key: str | None = None, validate_only: bool = False
    ) -> shapes.Adjustment:
        """Duplicate an adjustment. A new draft with the same contents, dated today."""
        return self._write(
            "POST",
            f"/adjustments/{step(id)}/duplicate",
            None,
            shapes.Adjustment,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def post(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Adjustment:
        """Post a draft adjustment."""
        return self._write(
            "POST",
            f"/adjustments/{step(id)}/post",
            None,
            shapes.Adjustment,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def reverse(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.TakeBackInput],
    ) -> shapes.Adjustment:
        """Reverse an adjustment. Answers the adjustment; `reversal` is the document that takes it back."""
        return self._write(
            "POST",
            f"/adjustments/{step(id)}/reverse",
            body,
            shapes.Adjustment,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def write_off(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.WriteOffBody],
    ) -> shapes.WrittenOff:
        """Write off a remainder of a debit memo. A credit memo on the write-off account settles the
        document's open lines in their order. Answers the document; `write_off` is the credit memo."""
        return self._write(
            "POST",
            f"/adjustments/{step(id)}/write-off",
            body,
            shapes.WrittenOff,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def bulk(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.AdjustmentBulkBody],
    ) -> shapes.AdjustmentBulk:
        """Enter up to 1,000 adjustments. `atomic` (the default): all or none. `each`: the good ones
        stay, the others say why not."""
        return self._write(
            "POST",
            "/adjustments/bulk",
            body,
            shapes.AdjustmentBulk,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Advances(Resource):
    def list(self, **query: Unpack[shapes.AdvancesListQuery]) -> Rows[shapes.Advance]:
        """List advances."""
        return self._rows("/advances", query, shapes.Advance)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.AdvanceBody],
    ) -> shapes.Advance:
        """Enter an advance. `amount`, or `lines` that make it up; positive. Posted unless `action` is
        `draft`."""
        return self._write(
            "POST",
            "/advances",
            body,
            shapes.Advance,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Advance:
        """One advance. Whoever may enter advances may also change his drafts of them."""
        return self._get(f"/advances/{step(id)}", {}, shapes.Advance)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
        **body: Unpack[shapes.PatchedAdvanceDraftBody],
    ) -> shapes.Advance:
        """Change a draft advance. Members that are left out stay; `amount` or `lines` replace what it
        was made up of."""
        return self._write(
            "PATCH",
            f"/advances/{step(id)}",
            body,
            shapes.Advance,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def delete(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Deleted:
        """Delete a draft advance. Whoever may enter advances may also change his drafts of them."""
        return self._write(
            "DELETE",
            f"/advances/{step(id)}",
            None,
            shapes.Deleted,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def post(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Advance:
        """Post a draft advance."""
        return self._write(
            "POST",
            f"/advances/{step(id)}/post",
            None,
            shapes.Advance,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def reverse(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.TakeBackInput],
    ) -> shapes.Advance:
        """Reverse an advance. Answers the advance; `reversal` is the document that takes it back."""
        return self._write(
            "POST",
            f"/advances/{step(id)}/reverse",
            body,
            shapes.Advance,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def bulk(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.AdvanceBulkBody],
    ) -> shapes.AdvanceBulk:
        """Enter up to 1,000 advances. `atomic` (the default): all or none. `each`: the good ones stay,
        the others say why not."""
        return self._write(
            "POST",
            "/advances/bulk",
            body,
            shapes.AdvanceBulk,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Applications(Resource):
    def list(self, **query: Unpack[shapes.ApplicationsListQuery]) -> Rows[shapes.ListedApplication]:
        """List applications. Those in force, unless `in_force=false` asks for those that were un-applied
        as a whole."""
        return self._rows("/applications", query, shapes.ListedApplication)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.ApplicationsBody],
    ) -> shapes.Matching:
        """Match charges with credits. One or many, of one customer and currency. An amount for a
        document runs over its lines in their order. Answers the matching document, whose `applications`
        are the matches made."""
        return self._write(
            "POST",
            "/applications",
            body,
            shapes.Matching,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.ListedApplication:
        """One application."""
        return self._get(f"/applications/{step(id)}", {}, shapes.ListedApplication)

    def unapply(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.UnapplyBody],
    ) -> shapes.Matching:
        """Un-apply an application. All of it or a part. Answers the matching document, whose `undone`
        says what it took back."""
        return self._write(
            "POST",
            f"/applications/{step(id)}/unapply",
            body,
            shapes.Matching,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class BankAccounts(Resource):
    def list(self, **query: Unpack[shapes.BankAccountsListQuery]) -> Rows[shapes.BankAccount]:
        """List: bank account."""
        return self._rows("/bank-accounts", query, shapes.BankAccount)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.BankAccountInput],
    ) -> shapes.BankAccount:
        """Set up: bank account."""
        return self._write(
            "POST",
            "/bank-accounts",
            body,
            shapes.BankAccount,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.BankAccount:
        """Show: bank account."""
        return self._get(f"/bank-accounts/{step(id)}", {}, shapes.BankAccount)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedBankAccountChange],
    ) -> shapes.BankAccount:
        """Change: bank account. What documents rely on stays as it was; what is not needed any more is
        made inactive."""
        return self._write(
            "PATCH",
            f"/bank-accounts/{step(id)}",
            body,
            shapes.BankAccount,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Configuration(Resource):
    def show(self) -> shapes.Configuration:
        """Show the configuration. Every setting by its name. Accounts, sequences and journals answer
        with their code."""
        return self._get("/configuration", {}, shapes.Configuration)

    def change(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
        **body: Unpack[shapes.PatchedConfigurationInput],
    ) -> shapes.Configuration:
        """Change the configuration. Only the settings named change; each change is kept in the audit
        trail with its old value."""
        return self._write(
            "PATCH",
            "/configuration",
            body,
            shapes.Configuration,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )


class Credits(Resource):
    def list(self, **query: Unpack[shapes.CreditsListQuery]) -> Rows[shapes.Credit]:
        """Available credits. Advances, overpayments, credit memos, negative invoices and what is left of
        inline credits: a row per document, oldest first. Needs the right to list advances or
        adjustments."""
        return self._rows("/credits", query, shapes.Credit)


class Customers(Resource):
    def list(self, **query: Unpack[shapes.CustomersListQuery]) -> Rows[shapes.Customer]:
        """List customers."""
        return self._rows("/customers", query, shapes.Customer)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.CustomerBody],
    ) -> shapes.Customer:
        """Add a customer. Without a code, the next number of the customer sequence is drawn."""
        return self._write(
            "POST",
            "/customers",
            body,
            shapes.Customer,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Customer:
        """One customer."""
        return self._get(f"/customers/{step(id)}", {}, shapes.Customer)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
        **body: Unpack[shapes.PatchedCustomerBody],
    ) -> shapes.Customer:
        """Change a customer. Members that are left out stay. `active: false` keeps the customer from
        being used any more."""
        return self._write(
            "PATCH",
            f"/customers/{step(id)}",
            body,
            shapes.Customer,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def delete(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.CustomerDeleted:
        """Delete a customer. Only one that never had a document; make others inactive."""
        return self._write(
            "DELETE",
            f"/customers/{step(id)}",
            None,
            shapes.CustomerDeleted,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def bulk(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.CustomerBulkBody],
    ) -> shapes.CustomerBulk:
        """Add up to 1,000 customers. `atomic` (the default): all or none. `each`: the good ones stay,
        the others say why not."""
        return self._write(
            "POST",
            "/customers/bulk",
            body,
            shapes.CustomerBulk,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Deposits(Resource):
    def list(self, **query: Unpack[shapes.DepositsListQuery]) -> Rows[shapes.Deposit]:
        """List deposits."""
        return self._rows("/deposits", query, shapes.Deposit)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.DepositBody],
    ) -> shapes.Deposit:
        """Add a deposit. Takes receipts out of undeposited funds and into a bank account, all of their
        cash. Posted at once unless `action` is `draft`; whoever may not post gets a draft and a notice."""
        return self._write(
            "POST",
            "/deposits",
            body,
            shapes.Deposit,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Deposit:
        """One deposit. Whoever may enter deposits may also change and delete drafts of them."""
        return self._get(f"/deposits/{step(id)}", {}, shapes.Deposit)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
        **body: Unpack[shapes.PatchedDepositDraftBody],
    ) -> shapes.Deposit:
        """Change a draft deposit. Members that are left out stay; `receipts` replaces all of them."""
        return self._write(
            "PATCH",
            f"/deposits/{step(id)}",
            body,
            shapes.Deposit,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def delete(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Deleted:
        """Delete a draft deposit. Whoever may enter deposits may also change and delete drafts of them."""
        return self._write(
            "DELETE",
            f"/deposits/{step(id)}",
            None,
            shapes.Deleted,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def post(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Deposit:
        """Post a draft deposit."""
        return self._write(
            "POST",
            f"/deposits/{step(id)}/post",
            None,
            shapes.Deposit,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def reverse(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.TakeBackInput],
    ) -> shapes.Deposit:
        """Reverse a deposit. Its receipts are undeposited funds again. Answers the deposit; `reversal`
        is the document that takes it back."""
        return self._write(
            "POST",
            f"/deposits/{step(id)}/reverse",
            body,
            shapes.Deposit,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def bulk(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.DepositBulkBody],
    ) -> shapes.DepositBulk:
        """Add up to 1,000 deposits. `atomic` (the default): all or none. `each`: the good ones stay, the
        others say why not."""
        return self._write(
            "POST",
            "/deposits/bulk",
            body,
            shapes.DepositBulk,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def quick(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.QuickDepositBody],
    ) -> shapes.QuickDeposit:
        """Quick deposit. Money without an invoice: posts the invoice and the receipt that pays it,
        matched."""
        return self._write(
            "POST",
            "/deposits/quick",
            body,
            shapes.QuickDeposit,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Entities(Resource):
    def list(self, **query: Unpack[shapes.EntitiesListQuery]) -> Rows[shapes.Entity]:
        """List: entity."""
        return self._rows("/entities", query, shapes.Entity)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.EntityInput],
    ) -> shapes.Entity:
        """Set up: entity."""
        return self._write(
            "POST",
            "/entities",
            body,
            shapes.Entity,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Entity:
        """Show: entity."""
        return self._get(f"/entities/{step(id)}", {}, shapes.Entity)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedEntityChange],
    ) -> shapes.Entity:
        """Change: entity. What documents rely on stays as it was; what is not needed any more is made
        inactive."""
        return self._write(
            "PATCH",
            f"/entities/{step(id)}",
            body,
            shapes.Entity,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def configuration(self, id: str) -> shapes.EntityConfiguration:
        """Show what an entity sets differently. Null is as the company has it."""
        return self._get(f"/entities/{step(id)}/configuration", {}, shapes.EntityConfiguration)

    def change_configuration(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedEntityConfigurationInput],
    ) -> shapes.EntityConfiguration:
        """Change what an entity sets differently. Only the settings named change; null takes one back to
        what the company has. A later closed_through closes the entity's books (periods.close), an
        earlier one or null reopens them (periods.reopen)."""
        return self._write(
            "PATCH",
            f"/entities/{step(id)}/configuration",
            body,
            shapes.EntityConfiguration,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Events(Resource):
    def show(self, **query: Unpack[shapes.EventsShowQuery]) -> shapes.Feed:
        """Read the feed of events. What happened, in order, of what the token may view. Keep the last id
        and ask for what came after it: nothing is ever added before an event that was shown."""
        return self._get("/events", query, shapes.Feed)


class Exports(Resource):
    def list(self, **query: Unpack[shapes.ExportsListQuery]) -> Rows[shapes.Export]:
        """List your exports. The newest first."""
        return self._rows("/exports", query, shapes.Export)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.ExportInput],
    ) -> shapes.Export:
        """Ask for a file. A list or a report as CSV, XLSX or PDF, made in the background with the rights
        of the person."""
        return self._write(
            "POST",
            "/exports",
            body,
            shapes.Export,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Export:
        """See how far an export is."""
        return self._get(f"/exports/{step(id)}", {}, shapes.Export)

    def cancel(
        self, id: str, *, idempotency_key: str | None = None, validate_only: bool = False
    ) -> shapes.Export:
        """Cancel an export."""
        return self._write(
            "POST",
            f"/exports/{step(id)}/cancel",
            None,
            shapes.Export,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def file(self, id: str) -> bytes:
        """Fetch the file of an export. 404 until it is there, and to everybody but the person who asked
        for it."""
        return self._file(f"/exports/{step(id)}/file")


class Imports(Resource):
    def list(self, **query: Unpack[shapes.ImportsListQuery]) -> Rows[shapes.Import]:
        """List imports."""
        return self._rows("/imports", query, shapes.Import)

    def show(self, id: str) -> shapes.Import:
        """Look at an import."""
        return self._get(f"/imports/{step(id)}", {}, shapes.Import)

    def cancel(
        self, id: str, *, idempotency_key: str | None = None, validate_only: bool = False
    ) -> shapes.Import:
        """Give up an import before it is committed."""
        return self._write(
            "POST",
            f"/imports/{step(id)}/cancel",
            None,
            shapes.Import,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def commit(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.CommitInput],
    ) -> shapes.Import:
        """Import what the check found good. In the background: look at the import until its state is no
        longer committing."""
        return self._write(
            "POST",
            f"/imports/{step(id)}/commit",
            body,
            shapes.Import,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def errors(self, id: str, **query: Unpack[shapes.ImportsErrorsQuery]) -> Rows[shapes.ErrorOfRow]:
        """List what is wrong with a file."""
        return self._rows(f"/imports/{step(id)}/errors", query, shapes.ErrorOfRow)

    def failed_csv(self, id: str) -> bytes:
        """The refused rows as CSV. In the columns of the file itself, with the reason: correct them and
        upload them again."""
        return self._file(f"/imports/{step(id)}/failed.csv")


class Invoices(Resource):
    def list(self, **query: Unpack[shapes.InvoicesListQuery]) -> Rows[shapes.Invoice]:
        """List invoices."""
        return self._rows("/invoices", query, shapes.Invoice)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.InvoiceBody],
    ) -> shapes.Invoice:
        """Enter an invoice. Posted at once unless `action` is `draft`. Whoever may not post gets a draft
        and a notice."""
        return self._write(
            "POST",
            "/invoices",
            body,
            shapes.Invoice,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Invoice:
        """One invoice."""
        return self._get(f"/invoices/{step(id)}", {}, shapes.Invoice)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
        **body: Unpack[shapes.PatchedBilledDraftBody],
    ) -> shapes.Invoice:
        """Change a draft invoice. Members that are left out stay; `lines` replaces all of them."""
        return self._write(
            "PATCH",
            f"/invoices/{step(id)}",
            body,
            shapes.Invoice,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def delete(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Deleted:
        """Delete a draft invoice."""
        return self._write(
            "DELETE",
            f"/invoices/{step(id)}",
            None,
            shapes.Deleted,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def duplicate(
        self, id: str, *, idempotency_key: str | None = None, validate_only: bool = False
    ) -> shapes.Invoice:
        """Duplicate an invoice. A new draft with the same contents, dated today."""
        return self._write(
            "POST",
            f"/invoices/{step(id)}/duplicate",
            None,
            shapes.Invoice,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def post(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Invoice:
        """Post a draft invoice."""
        return self._write(
            "POST",
            f"/invoices/{step(id)}/post",
            None,
            shapes.Invoice,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def reverse(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.TakeBackInput],
    ) -> shapes.Invoice:
        """Reverse an invoice. Answers the invoice; `reversal` is the document that takes it back."""
        return self._write(
            "POST",
            f"/invoices/{step(id)}/reverse",
            body,
            shapes.Invoice,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def write_off(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.WriteOffBody],
    ) -> shapes.WrittenOff:
        """Write off a remainder of an invoice. A credit memo on the write-off account settles the
        document's open lines in their order. Answers the document; `write_off` is the credit memo."""
        return self._write(
            "POST",
            f"/invoices/{step(id)}/write-off",
            body,
            shapes.WrittenOff,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def bulk(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.InvoiceBulkBody],
    ) -> shapes.InvoiceBulk:
        """Enter up to 1,000 invoices. `atomic` (the default): all or none. `each`: the good ones stay,
        the others say why not."""
        return self._write(
            "POST",
            "/invoices/bulk",
            body,
            shapes.InvoiceBulk,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def checkout(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.CheckoutBody],
    ) -> shapes.Checkout:
        """Post an invoice with its receipts. Receipts dated after the invoice are instalments. What they
        pay is matched item by item, where the company wants that, unless they name it by `allocations`;
        what is more than the invoice is an overpayment. All of it or nothing."""
        return self._write(
            "POST",
            "/invoices/checkout",
            body,
            shapes.Checkout,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Journals(Resource):
    def list(self, **query: Unpack[shapes.JournalsListQuery]) -> Rows[shapes.Journal]:
        """List: journal."""
        return self._rows("/journals", query, shapes.Journal)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.JournalInput],
    ) -> shapes.Journal:
        """Set up: journal."""
        return self._write(
            "POST",
            "/journals",
            body,
            shapes.Journal,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Journal:
        """Show: journal."""
        return self._get(f"/journals/{step(id)}", {}, shapes.Journal)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedJournalChange],
    ) -> shapes.Journal:
        """Change: journal. What documents rely on stays as it was; what is not needed any more is made
        inactive."""
        return self._write(
            "PATCH",
            f"/journals/{step(id)}",
            body,
            shapes.Journal,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Locations(Resource):
    def list(self, **query: Unpack[shapes.LocationsListQuery]) -> Rows[shapes.Location]:
        """List: location."""
        return self._rows("/locations", query, shapes.Location)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.LocationInput],
    ) -> shapes.Location:
        """Set up: location."""
        return self._write(
            "POST",
            "/locations",
            body,
            shapes.Location,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Location:
        """Show: location."""
        return self._get(f"/locations/{step(id)}", {}, shapes.Location)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedLocationChange],
    ) -> shapes.Location:
        """Change: location. What documents rely on stays as it was; what is not needed any more is made
        inactive."""
        return self._write(
            "PATCH",
            f"/locations/{step(id)}",
            body,
            shapes.Location,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Matching(Resource):
    def oldest_first(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.OldestFirstBody],
    ) -> shapes.Matchings:
        """Match oldest first. Settles a customer's oldest charges with the oldest credits, by date, then
        number."""
        return self._write(
            "POST",
            "/matching/oldest-first",
            body,
            shapes.Matchings,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def suggest(self, **body: Unpack[shapes.SuggestBody]) -> shapes.Suggestions:
        """Suggest what may be matched. Exact amounts, exact combinations, and numbers found in
        references. Writes nothing: send the `applications` of those you accept to `/applications`."""
        return self._ask("/matching/suggest", body, shapes.Suggestions)


class NumberSequences(Resource):
    def list(self, **query: Unpack[shapes.NumberSequencesListQuery]) -> Rows[shapes.Sequence]:
        """List: number sequence."""
        return self._rows("/number-sequences", query, shapes.Sequence)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.SequenceInput],
    ) -> shapes.Sequence:
        """Set up: number sequence."""
        return self._write(
            "POST",
            "/number-sequences",
            body,
            shapes.Sequence,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Sequence:
        """Show: number sequence."""
        return self._get(f"/number-sequences/{step(id)}", {}, shapes.Sequence)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedSequenceChange],
    ) -> shapes.Sequence:
        """Change: number sequence. What documents rely on stays as it was; what is not needed any more
        is made inactive."""
        return self._write(
            "PATCH",
            f"/number-sequences/{step(id)}",
            body,
            shapes.Sequence,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Payments(Resource):
    def list(self, **query: Unpack[shapes.PaymentsListQuery]) -> Rows[shapes.Payment]:
        """List payments."""
        return self._rows("/payments", query, shapes.Payment)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PaymentBody],
    ) -> shapes.Payment:
        """Receive a payment. Names what it pays by `documents` (paid in this order), `allocations` (so
        much each) or `auto` (by due date); what nothing is named for is an overpayment. A receipt that
        names nothing and is exactly what the customer owes is matched with everything, where the company
        wants that. Posted at once unless `action` is `draft`; whoever may not post gets a draft and a
        notice."""
        return self._write(
            "POST",
            "/payments",
            body,
            shapes.Payment,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Payment:
        """One payment. Whoever may enter payments may also change and delete drafts of them."""
        return self._get(f"/payments/{step(id)}", {}, shapes.Payment)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
        **body: Unpack[shapes.PatchedPaymentDraftBody],
    ) -> shapes.Payment:
        """Change a draft payment. Members that are left out stay; what is said of charges or credits
        replaces what was selected."""
        return self._write(
            "PATCH",
            f"/payments/{step(id)}",
            body,
            shapes.Payment,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def delete(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Deleted:
        """Delete a draft payment. Whoever may enter payments may also change and delete drafts of them."""
        return self._write(
            "DELETE",
            f"/payments/{step(id)}",
            None,
            shapes.Deleted,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def post(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Payment:
        """Post a draft payment."""
        return self._write(
            "POST",
            f"/payments/{step(id)}/post",
            None,
            shapes.Payment,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def reverse(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.TakeBackInput],
    ) -> shapes.Payment:
        """Reverse a payment. What it applied is undone and the charges are open again. Answers the
        payment; `reversal` is the document that takes it back."""
        return self._write(
            "POST",
            f"/payments/{step(id)}/reverse",
            body,
            shapes.Payment,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def bulk(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PaymentBulkBody],
    ) -> shapes.PaymentBulk:
        """Receive up to 1,000 payments. `atomic` (the default): all or none. `each`: the good ones stay,
        the others say why not."""
        return self._write(
            "POST",
            "/payments/bulk",
            body,
            shapes.PaymentBulk,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Problems(Resource):
    def list(self) -> shapes.Problems:
        """Every error code. All the codes that problem documents carry, with their usual status and
        their sentence."""
        return self._get("/problems", {}, shapes.Problems)

    def show(self, code: str) -> shapes.ProblemEntry:
        """One error code."""
        return self._get(f"/problems/{step(code)}", {}, shapes.ProblemEntry)


class Refunds(Resource):
    def list(self, **query: Unpack[shapes.RefundsListQuery]) -> Rows[shapes.Refund]:
        """List refunds. While nobody in the company records refunds, all of this answers a typed 404
        (SPEC 9)."""
        return self._rows("/refunds", query, shapes.Refund)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.RefundBody],
    ) -> shapes.Refund:
        """Record a refund. Records money that was returned by transfer already, and clears the credits
        it returned. Posted at once unless `action` is `draft`; whoever may not post gets a draft and a
        notice."""
        return self._write(
            "POST",
            "/refunds",
            body,
            shapes.Refund,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Refund:
        """One refund. Whoever may enter refunds may also change and delete drafts of them."""
        return self._get(f"/refunds/{step(id)}", {}, shapes.Refund)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
        **body: Unpack[shapes.PatchedRefundDraftBody],
    ) -> shapes.Refund:
        """Change a draft refund. Members that are left out stay; `credits` replaces all of them."""
        return self._write(
            "PATCH",
            f"/refunds/{step(id)}",
            body,
            shapes.Refund,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def delete(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Deleted:
        """Delete a draft refund. Whoever may enter refunds may also change and delete drafts of them."""
        return self._write(
            "DELETE",
            f"/refunds/{step(id)}",
            None,
            shapes.Deleted,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def post(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Refund:
        """Post a draft refund. While nobody in the company records refunds, all of this answers a typed
        404 (SPEC 9)."""
        return self._write(
            "POST",
            f"/refunds/{step(id)}/post",
            None,
            shapes.Refund,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def void(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.TakeBackInput],
    ) -> shapes.Refund:
        """Void a refund. The credits are available again as before. Answers the refund; `reversal` is
        the document that voids it."""
        return self._write(
            "POST",
            f"/refunds/{step(id)}/void",
            body,
            shapes.Refund,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def bulk(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.RefundBulkBody],
    ) -> shapes.RefundBulk:
        """Record up to 1,000 refunds. `atomic` (the default): all or none. `each`: the good ones stay,
        the others say why not."""
        return self._write(
            "POST",
            "/refunds/bulk",
            body,
            shapes.RefundBulk,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Reports(Resource):
    def ageing(self, **query: Unpack[shapes.ReportsAgeingQuery]) -> shapes.Ageing:
        """Ageing. What is open as of a day, per customer and currency, by days late. `credits` are
        negative and not aged; `total` nets them."""
        return self._get("/reports/ageing", query, shapes.Ageing)

    def ledger(self, **query: Unpack[shapes.ReportsLedgerQuery]) -> shapes.Ledger:
        """AR ledger. Opening, charges, payments and closing of every customer, with the reconciliation's
        figures."""
        return self._get("/reports/ledger", query, shapes.Ledger)

    def payments_by_item(self, **query: Unpack[shapes.ReportsPaymentsByItemQuery]) -> shapes.PaymentsByItem:
        """Payments by item and account. What was received for each invoice line and revenue account.
        Receipts that are assigned to nothing stand apart; accounts, unmatched receipts and totals are on
        the first page."""
        return self._get("/reports/payments-by-item", query, shapes.PaymentsByItem)

    def proof(self, **query: Unpack[shapes.ReportsProofQuery]) -> shapes.Proof:
        """Proof. Each customer's balance six ways: documents, open items, ageing, report, statement and
        journal. They agree, or the books are broken."""
        return self._get("/reports/proof", query, shapes.Proof)

    def reconciliation(self, **query: Unpack[shapes.ReportsReconciliationQuery]) -> shapes.Reconciliation:
        """Customer reconciliation. The entries of every match group with running balances; the first row
        of a customer has the kind `opening`. A report of up to 10,000 rows comes whole; a longer one
        goes on at `next`. `totals` are of the whole report, per currency (directly, where there is one
        only), and stand on the first page; `totals.customers` are those of the customers on the page."""
        return self._get("/reports/reconciliation", query, shapes.Reconciliation)

    def statement(self, **query: Unpack[shapes.ReportsStatementQuery]) -> shapes.Statement:
        """Statement of account. `open_items`: what is open on the last day, by due date.
        `balance_forward`: the balance before the period, then every document that moved it."""
        return self._get("/reports/statement", query, shapes.Statement)


class Roles(Resource):
    def list(self, **query: Unpack[shapes.RolesListQuery]) -> Rows[shapes.Role]:
        """List roles."""
        return self._rows("/roles", query, shapes.Role)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.RoleInput],
    ) -> shapes.Role:
        """Add a role. Of the company's own. warnings names duties that should not come together. The
        token must be at most 90 days old."""
        return self._write(
            "POST", "/roles", body, shapes.Role, idempotency_key=idempotency_key, validate_only=validate_only
        )

    def show(self, id: str) -> shapes.Role:
        """Show a role."""
        return self._get(f"/roles/{step(id)}", {}, shapes.Role)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedRoleChange],
    ) -> shapes.Role:
        """Change a role. Only what is named changes. Roles that came with the product stay as they are,
        nobody widens the role that he holds himself, and somebody who may give rights stays. The token
        must be at most 90 days old."""
        return self._write(
            "PATCH",
            f"/roles/{step(id)}",
            body,
            shapes.Role,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def delete(
        self, id: str, *, idempotency_key: str | None = None, validate_only: bool = False
    ) -> shapes.GoneRole:
        """Delete a role. One of the company's own that nobody holds, nor anybody who left. The token
        must be at most 90 days old."""
        return self._write(
            "DELETE",
            f"/roles/{step(id)}",
            None,
            shapes.GoneRole,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Summaries(Resource):
    def list(self, **query: Unpack[shapes.SummariesListQuery]) -> Rows[shapes.Summary]:
        """List summaries."""
        return self._rows("/summaries", query, shapes.Summary)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.SummaryBody],
    ) -> shapes.Summary:
        """Open a new summary. Where the frequency of its type is user-specified; others are made
        automatically."""
        return self._write(
            "POST",
            "/summaries",
            body,
            shapes.Summary,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Summary:
        """One summary."""
        return self._get(f"/summaries/{step(id)}", {}, shapes.Summary)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
        **body: Unpack[shapes.PatchedSummaryDraftBody],
    ) -> shapes.Summary:
        """Change an open summary. Members that are left out stay. Automatic ones are refused."""
        return self._write(
            "PATCH",
            f"/summaries/{step(id)}",
            body,
            shapes.Summary,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def delete(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.DeletedSummary:
        """Delete a summary. Open and empty ones that a person made."""
        return self._write(
            "DELETE",
            f"/summaries/{step(id)}",
            None,
            shapes.DeletedSummary,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def close(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Summary:
        """Close a summary. It accepts nothing more. A difference to its control figures needs the right
        to override."""
        return self._write(
            "POST",
            f"/summaries/{step(id)}/close",
            None,
            shapes.Summary,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )

    def open(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> shapes.Summary:
        """Open a closed summary again."""
        return self._write(
            "POST",
            f"/summaries/{step(id)}/open",
            None,
            shapes.Summary,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )


class Terms(Resource):
    def list(self, **query: Unpack[shapes.TermsListQuery]) -> Rows[shapes.Term]:
        """List: payment term."""
        return self._rows("/terms", query, shapes.Term)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.TermInput],
    ) -> shapes.Term:
        """Set up: payment term."""
        return self._write(
            "POST", "/terms", body, shapes.Term, idempotency_key=idempotency_key, validate_only=validate_only
        )

    def show(self, id: str) -> shapes.Term:
        """Show: payment term."""
        return self._get(f"/terms/{step(id)}", {}, shapes.Term)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedTermChange],
    ) -> shapes.Term:
        """Change: payment term. What documents rely on stays as it was; what is not needed any more is
        made inactive."""
        return self._write(
            "PATCH",
            f"/terms/{step(id)}",
            body,
            shapes.Term,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Tokens(Resource):
    def list(self, **query: Unpack[shapes.TokensListQuery]) -> Rows[shapes.Token]:
        """List tokens. One's own; with the right to edit users everybody's."""
        return self._rows("/tokens", query, shapes.Token)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.TokenInput],
    ) -> shapes.NewToken:
        """Make a token. For oneself with at most one's own rights; for another member that takes the
        right to edit users. Its text is in this answer and nowhere else: neither in lists nor in a
        replay. Scopes that name roles.edit, with which a program gives rights, are given on the page of
        tokens only."""
        return self._write(
            "POST",
            "/tokens",
            body,
            shapes.NewToken,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Token:
        """Show a token."""
        return self._get(f"/tokens/{step(id)}", {}, shapes.Token)

    def delete(
        self, id: str, *, idempotency_key: str | None = None, validate_only: bool = False
    ) -> shapes.Token:
        """Revoke a token. At once, and for good. It stays in the list."""
        return self._write(
            "DELETE",
            f"/tokens/{step(id)}",
            None,
            shapes.Token,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Users(Resource):
    def list(self, **query: Unpack[shapes.UsersListQuery]) -> Rows[shapes.User]:
        """List users."""
        return self._rows("/users", query, shapes.User)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.UserInput],
    ) -> shapes.NewUser:
        """Invite a user. Lets a person in; one without an account chooses a password at welcome_url. The
        token must be at most 90 days old."""
        return self._write(
            "POST",
            "/users",
            body,
            shapes.NewUser,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.User:
        """Show a user."""
        return self._get(f"/users/{step(id)}", {}, shapes.User)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedUserChange],
    ) -> shapes.User:
        """Change a user. Another role, other entities, out of the company (active: false) and back. Only
        what is named changes. Nobody changes himself, and the last one who may give rights stays. The
        token must be at most 90 days old."""
        return self._write(
            "PATCH",
            f"/users/{step(id)}",
            body,
            shapes.User,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def invitation(
        self, id: str, *, idempotency_key: str | None = None, validate_only: bool = False
    ) -> shapes.Invitation:
        """Make the link of an invitation again. For a person who has not chosen a password yet; refused
        for all others. The token must be at most 90 days old."""
        return self._write(
            "POST",
            f"/users/{step(id)}/invitation",
            None,
            shapes.Invitation,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Webhooks(Resource):
    def list(self, **query: Unpack[shapes.WebhooksListQuery]) -> Rows[shapes.Webhook]:
        """List webhooks."""
        return self._rows("/webhooks", query, shapes.Webhook)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.WebhookInput],
    ) -> shapes.NewWebhook:
        """Make a webhook. Events from now on are posted to the address, signed, in order and at least
        once. Needs the rights to view what the events are about. The secret is in this answer and
        nowhere else."""
        return self._write(
            "POST",
            "/webhooks",
            body,
            shapes.NewWebhook,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def show(self, id: str) -> shapes.Webhook:
        """Show a webhook."""
        return self._get(f"/webhooks/{step(id)}", {}, shapes.Webhook)

    def change(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.PatchedWebhookChange],
    ) -> shapes.Webhook:
        """Change a webhook."""
        return self._write(
            "PATCH",
            f"/webhooks/{step(id)}",
            body,
            shapes.Webhook,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def delete(
        self, id: str, *, idempotency_key: str | None = None, validate_only: bool = False
    ) -> shapes.GoneWebhook:
        """Delete a webhook. With the log of its deliveries. What is on its way is not sent any more."""
        return self._write(
            "DELETE",
            f"/webhooks/{step(id)}",
            None,
            shapes.GoneWebhook,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def deliveries(self, id: str, **query: Unpack[shapes.WebhooksDeliveriesQuery]) -> Rows[shapes.Delivery]:
        """List a webhook's deliveries."""
        return self._rows(f"/webhooks/{step(id)}/deliveries", query, shapes.Delivery)

    def deliveries_replay(
        self, id: str, delivery: str, *, idempotency_key: str | None = None, validate_only: bool = False
    ) -> shapes.Delivery:
        """Send a delivery again. Under its own id, at once, whatever became of it. One that is pending
        is refused."""
        return self._write(
            "POST",
            f"/webhooks/{step(id)}/deliveries/{step(delivery)}/replay",
            None,
            shapes.Delivery,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def secret(
        self,
        id: str,
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **body: Unpack[shapes.SecretInput],
    ) -> shapes.NewWebhook:
        """Change a webhook's secret. The new one is in this answer and nowhere else. While the one
        before is valid too, Arledger-Signature carries a v1 for each: one of them is right, whichever
        the receiver knows."""
        return self._write(
            "POST",
            f"/webhooks/{step(id)}/secret",
            body,
            shapes.NewWebhook,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )

    def test(
        self, id: str, *, idempotency_key: str | None = None, validate_only: bool = False
    ) -> shapes.Delivery:
        """Try a webhook out. An event webhook.test goes to this address at once, switched on or not."""
        return self._write(
            "POST",
            f"/webhooks/{step(id)}/test",
            None,
            shapes.Delivery,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )


class Calls:
    """Every call there is, by what it is about."""

    def __init__(self, transport: Transport) -> None:
        self.accounts = Accounts(transport)
        self.adjustments = Adjustments(transport)
        self.advances = Advances(transport)
        self.applications = Applications(transport)
        self.bank_accounts = BankAccounts(transport)
        self.configuration = Configuration(transport)
        self.credits = Credits(transport)
        self.customers = Customers(transport)
        self.deposits = Deposits(transport)
        self.entities = Entities(transport)
        self.events = Events(transport)
        self.exports = Exports(transport)
        self.imports = Imports(transport)
        self.invoices = Invoices(transport)
        self.journals = Journals(transport)
        self.locations = Locations(transport)
        self.matching = Matching(transport)
        self.number_sequences = NumberSequences(transport)
        self.payments = Payments(transport)
        self.problems = Problems(transport)
        self.refunds = Refunds(transport)
        self.reports = Reports(transport)
        self.roles = Roles(transport)
        self.summaries = Summaries(transport)
        self.terms = Terms(transport)
        self.tokens = Tokens(transport)
        self.users = Users(transport)
        self.webhooks = Webhooks(transport)
