"""Whatever is sent to the calls about money, none answers with a fault (SPEC 15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.helping import DAY, acme, doc, line, received
from tests.build import Books, books
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
HUGE = "9" * 60


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        made.configure(refunds_enabled=True)
        yield made


@pytest.fixture
def api(b: Books) -> Integrator:
    return Integrator(b)


WILD: list[dict[str, Any]] = [
    {"amount": HUGE},
    {"amount": "0.0000000000000000000000001"},
    {"currency": "USD", "exchange_rate": HUGE},
    {"currency": "USD", "exchange_rate": "0.000000000000000000001"},
    {"currency": "USD"},
    {"date": "2999-12-31"},
    {"date": "1900-01-01"},
    {"documents": ["x" * 100, "doc_999999999999999999", "é", "1"]},
    {"documents": "all"},
    {"documents": [None]},
    {"allocations": [{"charge": "doc_1", "amount": HUGE}]},
    {"allocations": {"charge": "doc_1"}},
    {"allocations": [[]]},
    {"credits": [{"credit": "lin_999999999999999999", "amount": None}]},
    {"credits": [{"credit": "x", "amount": "1"}, {"credit": "x", "amount": "1"}]},
    {"parts": [{}]},
    {"parts": [{"customer": "x", "amount": "1", "parts": []}]},
    {"entity": "ent_1"},
    {"bank_account": "bnk_999999999999999999"},
    {"reference": "x" * 101},
    {"reference": "a\nb"},
    {"auto": "yes"},
    {"customer": 7},
]


def test_a_wild_payment_is_refused_or_received(b: Books, api: Integrator) -> None:
    for action in ("draft", "post"):
        for more in WILD:
            answer = api.post("/payments", received(b, "5") | {"action": action} | more)
            assert answer.status in (201, 400, 404, 409, 422), (more, answer.text)


def test_wild_patches_of_drafts(b: Books, api: Integrator) -> None:
    invoice = b.invoice(100)
    path = (
        f"/payments/{api.post('/payments', received(b, '5', documents=[doc(invoice)], action='draft'))['id']}"
    )
    nothing = [
        dict.fromkeys([name]) for name in received(b, "5", documents=[], parts=[], credits=[], auto=True)
    ]
    for body in [*WILD, *nothing, {}, {"parts": []}, {"undeposited": True}, {"customer": acme(b)}]:
        answer = api.patch(path, body)
        assert answer.status in (200, 400, 404, 409, 422), (body, answer.text)
    assert api.get(path).status == 200


CALLS: list[tuple[str, str, Any]] = [
    ("POST", "/refunds", {"credits": [{"credit": "doc_1", "amount": HUGE}]}),
    ("POST", "/refunds", {"credits": [{"credit": "é" * 100}], "amount": HUGE}),
    ("POST", "/deposits", {"receipts": ["doc_999999999999999999"], "exchange_rate": HUGE}),
    ("POST", "/deposits", {"receipts": ["x"] * 1001}),
    ("POST", "/applications", {"applications": []}),
    ("POST", "/applications", {"applications": [{"charge": "a", "credit": "b", "amount": "0"}]}),
    ("POST", "/applications/app_999999999999999999/unapply", {"reason": "x"}),
    ("POST", "/applications/app_0/unapply", {"reason": "x"}),
    ("POST", "/matching/oldest-first", {"customer": "cus_999999999999999999"}),
    ("POST", "/matching/suggest", {"charge": "", "credit": "x"}),
    ("POST", "/invoices/checkout", {"invoice": None, "payments": None}),
    ("POST", "/invoices/checkout", {"invoice": {}, "payments": [{}]}),
    ("POST", "/deposits/quick", {"lines": [{"amount": HUGE}]}),
    ("POST", "/payments/bulk", {"items": [None, 5, "x", [], {}], "mode": "each"}),
    ("POST", "/payments/bulk", {"items": [{}], "mode": "all"}),
    ("GET", "/credits?cursor=x", None),
    ("GET", "/credits?kind=gold", None),
    ("GET", "/applications?charge=%C3%A9&in_force=false", None),
    ("GET", "/applications?match_code=%27", None),
    ("GET", "/payments?number=%27%22&q=%C3%A9%25_", None),
    ("GET", "/reports/reconciliation?cursor=x", None),
    ("GET", "/reports/reconciliation?from=1900-01-01&to=2999-12-31&match_code=%25", None),
    ("GET", "/reports/reconciliation?customer_from=%F0%9F%98%80&customer_to=z", None),
    ("GET", "/reports/ageing?as_of=2999-12-31&buckets=1", None),
    ("GET", "/reports/ageing?as_of=1900-01-01", None),
    ("GET", "/reports/payments-by-item?from=1900-01-01&item=%25&account=x", None),
    ("GET", "/reports/proof?as_of=1900-01-01", None),
    ("GET", "/reports/statement?customer=x&type=balance_forward", None),
]


def test_wild_calls_are_answered(b: Books, api: Integrator) -> None:
    more = {"customer": acme(b), "date": DAY, "bank_account": "BANK", "method": "check"}
    of_deposits = {name: more[name] for name in ("date", "bank_account")}
    given = {"/refunds": more, "/deposits/quick": more, "/deposits": of_deposits}
    for method, path, body in CALLS:
        answer = api.call(method, path, given[path] | body if path in given else body)
        assert answer.status < 500, (path, body, answer.text)


def test_a_line_s_id_where_a_document_is_wanted(b: Books, api: Integrator) -> None:
    answer = api.post("/payments", received(b, "5", documents=[line(b, b.invoice(10))]))
    assert (answer.codes, answer.places) == (["line_instead_of_document"], ["/documents/0"])


def test_a_number_of_two_documents_is_ambiguous(b: Books, api: Integrator) -> None:
    b.invoice(10, number="77")
    b.adjustment(10, number="77")
    answer = api.post("/payments", received(b, "5", documents=["77"]))
    assert (answer.codes, answer.places) == (["reference_ambiguous"], ["/documents/0"])
