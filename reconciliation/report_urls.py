"""Addresses of reports."""

from __future__ import annotations

from django.urls import path

from reconciliation import (
    entries_pages,
    journal_pages,
    proof_pages,
    received_pages,
    report_pages,
    statement_pages,
    statements_pages,
    tax_receipt_pages,
)

app_name = "reports"
urlpatterns = [
    path("ageing/", report_pages.ageing_page, name="ageing"),
    path("reconciliation/", entries_pages.entries, name="reconciliation"),
    path("reconciliation.csv", entries_pages.entries_csv, name="reconciliation-csv"),
    path("statements/", statements_pages.statements, name="statements"),
    path("statements/<int:key>/", statement_pages.choose, name="statement"),
    path("statements/<int:key>/statement.pdf", statement_pages.statement, name="statement-pdf"),
    path("payments-by-item/", received_pages.payments_by_item_page, name="payments-by-item"),
    path("payments-by-item.csv", received_pages.payments_by_item_csv, name="payments-by-item-csv"),
    path("tax-receipts/", tax_receipt_pages.tax_receipts_page, name="tax-receipts"),
    path("tax-receipts.csv", tax_receipt_pages.tax_receipts_csv, name="tax-receipts-csv"),
    path("tax-receipts/<int:key>/receipt.pdf", tax_receipt_pages.tax_receipt_pdf, name="tax-receipt-pdf"),
    path("proof/", proof_pages.proof_page, name="proof"),
    path("proof.csv", proof_pages.proof_csv, name="proof-csv"),
    path("journal/", journal_pages.journal, name="journal"),
    path("journal/fec/", journal_pages.fec, name="fec"),
    path("ledger/", entries_pages.ledger, name="ledger"),
    path("ageing.csv", report_pages.ageing_csv, name="ageing-csv"),
]
