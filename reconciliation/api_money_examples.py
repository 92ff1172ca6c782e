"""Examples of the reference for payments, refunds, deposits and matching: the same numbers on both sides."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample


def sent(name: str, value: object) -> OpenApiExample:
    return OpenApiExample(f"{name}: sent", value=value, request_only=True)


RECEIPT = {
    "customer": "C-0001",
    "amount": "500.00",
    "date": "2026-03-15",
    "method": "transfer",
    "bank_account": "BANK",
    "reference": "Statement 14",
}
PAYMENT = [
    sent(
        "By waterfall over documents in this order",
        {**RECEIPT, "documents": ["INV-00042", "INV-00043", "doc_4713"]},
    ),
    sent(
        "So much for a document, so much for a line",
        {
            **RECEIPT,
            "allocations": [
                {"charge": "INV-00042", "amount": "300.00"},
                {"charge": "lin_9022", "amount": "100.00"},
            ],
        },
    ),
    sent(
        "A credit is used first, then cash, by due date",
        {**RECEIPT, "amount": "200.00", "auto": True, "credits": [{"credit": "ADJ-00007"}]},
    ),
    sent(
        "One receipt for several customers",
        {
            **RECEIPT,
            "parts": [
                {"customer": "C-0001", "amount": "300.00", "auto": True},
                {"customer": "C-0002", "amount": "200.00", "documents": ["INV-00051"]},
            ],
        },
    ),
]
REFUND = [
    sent(
        "Part of an advance, all of a credit memo",
        {
            "customer": "C-0001",
            "date": "2026-03-20",
            "bank_account": "BANK",
            "method": "record_transfer",
            "reference": "Transfer 2026-118",
            "credits": [{"credit": "ADV-00003", "amount": "80.00"}, {"credit": "ADJ-00007"}],
        },
    )
]
DEPOSIT = [
    sent(
        "Two checks",
        {"bank_account": "BANK", "date": "2026-03-16", "receipts": ["PAY-00012", "PAY-00013"]},
    )
]
APPLICATIONS = [
    sent(
        "An advance on two invoices",
        {
            "date": "2026-03-15",
            "reason": "As agreed by telephone",
            "applications": [
                {"charge": "INV-00042", "credit": "ADV-00003", "amount": "150.00"},
                {"charge": "lin_9022", "credit": "ADV-00003", "amount": "50.00"},
            ],
        },
    )
]
UNAPPLY = [sent("A part of it", {"amount": "50.00", "reason": "Belongs to another invoice"})]
OLDEST_FIRST = [sent("One customer", {"customer": "C-0001", "date": "2026-03-31"})]
CHECKOUT = [
    sent(
        "A third now, the rest by instalments",
        {
            "invoice": {
                "customer": "C-0001",
                "date": "2026-03-15",
                "term": "NET30",
                "lines": [{"description": "Course", "account": "700000", "amount": "120.00"}],
            },
            "payments": [
                {"amount": "40.00", "date": "2026-03-15", "method": "card", "bank_account": "BANK"},
                {"amount": "40.00", "date": "2026-04-15", "method": "card", "bank_account": "BANK"},
                {"amount": "40.00", "date": "2026-05-15", "method": "card", "bank_account": "BANK"},
            ],
        },
    )
]
QUICK_DEPOSIT = [
    sent(
        "A donation by transfer",
        {
            "customer": "C-0001",
            "date": "2026-03-15",
            "method": "transfer",
            "bank_account": "BANK",
            "lines": [{"description": "Donation", "account": "700000", "amount": "25.00"}],
        },
    )
]
SUGGEST = [sent("One customer", {"customer": "C-0001"}), sent("For one receipt", {"credit": "PAY-00012"})]
