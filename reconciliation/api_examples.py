"""Examples of the reference: what a program sends and what it gets, the same numbers on both sides."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample


def _pair(name: str, request: Any, response: Any, status: str) -> list[OpenApiExample]:
    return [
        OpenApiExample(f"{name}: sent", value=request, request_only=True),
        OpenApiExample(f"{name}: answered", value=response, response_only=True, status_codes=[status]),
    ]


INVOICE_SENT = {
    "customer": "C-0001",
    "date": "2026-03-15",
    "term": "NET30",
    "reference": "PO 4711",
    "lines": [
        {"description": "Maintenance, April", "account": "700000", "amount": "300.00"},
        {"description": "Travel", "account": "700000", "amount": "100.00"},
        {"description": "Goodwill", "account": "700000", "amount": "-20.00"},
    ],
}


def _line(key: int, position: int, description: str, amount: str, open_amount: str) -> dict[str, Any]:
    return {
        "id": f"lin_{key}",
        "position": position,
        "description": description,
        "account": "acc_12",
        "account_code": "700000",
        "location": None,
        "location_code": None,
        "amount": amount,
        "open_amount": open_amount,
        "reserved_amount": "0.00",
        "match_code": "",
        "tax_code": "",
        "tax_amount": "0.00",
        "cash_basis_tax": False,
        "tax_receipt_eligible": False,
        "service_start": None,
        "service_end": None,
    }


def _document(kind: str, number: str, total: str, **more: Any) -> dict[str, Any]:
    credit = total.startswith("-")
    return {
        "id": "doc_4711",
        "kind": kind,
        "number": number,
        "state": "posted",
        "settlement": "available" if credit else "open",
        "mark": "none",
        "customer": "cus_17",
        "customer_code": "C-0001",
        "customer_name": "Acme",
        "currency": "EUR",
        "exchange_rate": "1",
        "date": "2026-03-15",
        "gl_date": "2026-03-15",
        "due_date": None,
        "term": None,
        "term_code": None,
        "entity": None,
        "entity_code": None,
        "total": total,
        "open_amount": total,
        "open_charges": "0.00" if credit else total,
        "open_credits": total.removeprefix("-") if credit else "0.00",
        "reserved_amount": "0.00",
        "match_code": "",
        "summary": "sum_7",
        "summary_title": "Invoices 2026-11-20 00:00:00",
        "reference": "",
        "description": "",
        "bill_to": "",
        "reason": "",
        "reverses": None,
        "reversal": None,
        "lines": [],
        "applications": [],
        "created_at": "2026-03-15T12:00:00.000000Z",
        "updated_at": "2026-03-15T12:00:00.000000Z",
        "posted_at": "2026-03-15T12:00:00.000000Z",
        "version": 2,
        **more,
    }


INVOICE_ANSWERED = _document(
    "invoice",
    "INV-00042",
    "380.00",
    due_date="2026-04-14",
    term="trm_3",
    term_code="NET30",
    reference="PO 4711",
    lines=[
        _line(9021, 1, "Maintenance, April", "300.00", "280.00"),
        _line(9022, 2, "Travel", "100.00", "100.00"),
        _line(9023, 3, "Goodwill", "-20.00", "0.00"),
    ],
    applications=[
        {
            "id": "app_501",
            "charge_line": "lin_9021",
            "credit_line": "lin_9023",
            "charge_document": "doc_4711",
            "credit_document": "doc_4711",
            "amount": "20.00",
            "date": "2026-03-15",
            "codes": [],
            "document": "doc_4711",
            "reason": "",
        }
    ],
)
INVOICE = _pair("An invoice with an inline credit", INVOICE_SENT, INVOICE_ANSWERED, "201")

INVOICES_IN_BULK = _pair(
    "Two invoices, each by itself",
    {"mode": "each", "items": [INVOICE_SENT, {**INVOICE_SENT, "customer": "NOBODY"}]},
    {
        "results": [
            {"index": 0, "status": 201, "document": INVOICE_ANSWERED},
            {
                "index": 1,
                "status": 404,
                "error": {
                    "type": "/api/v1/problems/not_found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "Not found.",
                    "code": "not_found",
                    "errors": [{"code": "not_found", "pointer": "/customer", "detail": "Not found."}],
                },
            },
        ]
    },
    "200",
)

ADJUSTMENT = _pair(
    "A credit memo",
    {
        "customer": "C-0001",
        "date": "2026-03-15",
        "reason": "Returned goods",
        "lines": [{"description": "Returned", "account": "700000", "amount": "-80.00"}],
    },
    _document(
        "adjustment",
        "ADJ-00007",
        "-80.00",
        reason="Returned goods",
        lines=[_line(9031, 1, "Returned", "-80.00", "-80.00")],
    ),
    "201",
)

ADVANCE = _pair(
    "An advance by transfer",
    {
        "customer": "C-0001",
        "date": "2026-03-15",
        "method": "transfer",
        "bank_account": "BANK",
        "amount": "200.00",
    },
    _document(
        "advance",
        "ADV-00003",
        "-200.00",
        amount="200.00",
        method="transfer",
        bank_account="bnk_2",
        bank_account_code="BANK",
        undeposited=False,
        lines=[_line(9041, 1, "", "-200.00", "-200.00")],
    ),
    "201",
)

TAKE_BACK = [
    OpenApiExample(
        "A reversal: sent", value={"date": "2026-03-31", "reason": "Entered twice"}, request_only=True
    )
]
WRITE_OFF = [
    OpenApiExample(
        "A write-off: sent",
        value={"amount": "0.42", "date": "2026-03-31", "reason": "Bank charges"},
        request_only=True,
    )
]
