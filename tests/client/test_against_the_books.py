"""What only shows at a served application: keys, bulk calls, files, people, webhooks, rates and drafts."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from arledger_client import (
    Arledger,
    Conflict,
    Invalid,
    NotAllowed,
    NotFinished,
    NotSignedIn,
    Problem,
    Refused,
)
from arledger_client.shapes import InvoiceBody

from tests.client.desk import DAY, Desk


def bill(desk: Desk, *amounts: str) -> InvoiceBody:
    return {"customer": desk.customer, "date": DAY, "lines": [{"amount": Decimal(one)} for one in amounts]}


def test_the_same_key_counts_once_from_many_threads(desk: Desk, live_url: str) -> None:
    found: list[str] = []

    def run() -> None:
        # However long the first one takes.
        with Arledger(live_url, desk.transport.token, attempts=60) as books:
            found.append(books.invoices.create(**bill(desk, "10"), idempotency_key="once")["id"])

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found))) == (8, 1)
    assert len(list(desk.invoices.list(customer=desk.customer))) == 1
    with pytest.raises(Refused) as raised:
        desk.invoices.create(**bill(desk, "11"), idempotency_key="once")
    assert raised.value.code == "idempotency_key_reused"


def test_a_bulk_call_answers_documents_and_problems(desk: Desk) -> None:
    items = [bill(desk, "300", "-20"), bill(desk, "0.001")]
    each = desk.invoices.bulk(items=items, mode="each")["results"]
    assert [one["status"] for one in each] == [201, 400]
    assert each[0]["document"]["open_amount"] == Decimal("280.00")
    assert each[1]["error"]["errors"][0]["pointer"] == "/lines/0/amount"
    with pytest.raises(Invalid) as raised:
        desk.invoices.bulk(items=items)
    assert raised.value.pointer == "/items/1/lines/0/amount"
    assert len(list(desk.invoices.list(customer=desk.customer))) == 1


def test_lists_of_many_pages_end(desk: Desk) -> None:
    desk.invoices.bulk(items=[bill(desk, str(number)) for number in range(1, 8)])
    rows = desk.invoices.list(customer=desk.customer, limit=3, ordering="-number")
    assert [len(page) for page in rows.pages()] == [3, 3, 1]
    assert [one["total"] for one in rows] == [7, 6, 5, 4, 3, 2, 1]
    assert all(isinstance(one["total"], Decimal) for one in rows)


def test_a_file_goes_all_the_way_and_not_twice(desk: Desk) -> None:
    content = "number,customer,date,due_date,amount\nF-1,C-1,2026-03-10,2026-03-20,12.50\n".encode(
        "utf-8-sig"
    )
    desk.customers.create(code="C-1", name="One")
    made = desk.imports.upload(type="invoices", file=content, name="a.csv", encoding="utf-8", decimal=".")
    assert (made["state"], made["file_name"], made["size"]) == ("checking", "a.csv", len(content))
    with pytest.raises(NotFinished):
        desk.imports.wait(made["id"], timeout=-1)
    checked = desk.imports.wait(made["id"])
    assert (checked["state"], checked["rows_ok"], checked["errors"]) == ("checked", 1, [])
    desk.imports.commit(made["id"])
    assert desk.imports.wait(made["id"])["documents_ok"] == 1
    assert [one["total"] for one in desk.invoices.list(number="F-1")] == [Decimal("12.50")]
    with pytest.raises(Problem) as raised:
        desk.imports.upload(type="invoices", file=content, name="b.csv")
    assert raised.value.status == 409
    assert desk.imports.upload(type="invoices", file=content, name="b.csv", again=True)["id"] != made["id"]


def test_what_a_token_may_not_is_said(desk: Desk, live_url: str) -> None:
    made = desk.tokens.create(name="Reader", scopes=["invoices.list"], days=5)
    assert made["token"] is not None
    with Arledger(live_url, made["token"], language="fr") as reader:
        assert list(reader.invoices.list()) == []
        with pytest.raises(NotAllowed) as raised:
            reader.invoices.create(**bill(desk, "1"))
        assert raised.value.code == "forbidden"
        desk.tokens.delete(made["id"])
        with pytest.raises(NotSignedIn):
            reader.invoices.list().first()


def test_settings_masters_webhooks_and_summaries_have_their_types(desk: Desk) -> None:
    assert desk.configuration.show()["refund_two_person_above"] == Decimal(0)
    term = desk.terms.create(code="SK", name="2 % in 10 days", net_days=30, discount_percent="2.00")
    assert term["discount_percent"] == 2
    assert desk.terms.change("SK", net_days=45)["net_days"] == 45
    with pytest.raises(Conflict) as raised:
        desk.terms.create(code="SK", name="Again", net_days=1)
    assert (raised.value.code, raised.value.pointer) == ("code_taken", "/code")
    made = desk.webhooks.create(name="ERP", url="https://93.184.216.34/in", kinds=["invoice.posted"])
    changed = desk.webhooks.secret(made["id"], hours=1)
    assert changed["previous_secret_until"] is not None
    assert changed["secret"] != made["secret"]
    assert desk.webhooks.test(made["id"])["kind"] == "webhook.test"
    assert [one["state"] for one in desk.webhooks.deliveries(made["id"])] == ["pending"]
    summary = desk.invoices.create(**bill(desk, "9"))["summary"]
    assert summary is not None
    assert desk.summaries.show(summary)["total"] == 9


def test_another_currency_has_its_rate(desk: Desk) -> None:
    made = desk.invoices.create(
        customer=desk.customer,
        date=DAY,
        currency="USD",
        exchange_rate=Decimal("0.9200"),
        lines=[{"amount": "100"}],
    )
    assert (made["exchange_rate"], made["due_date"]) == (Decimal("0.92"), date(2026, 4, 14))
