"""Whatever is sent to the pages of payments and matching, the answer is a page, never a fault of the server."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.models import Application
from tests.build import books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.examples import examples

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]

BAD = st.sampled_from(
    [
        "",
        "\0",
        "²",
        "1e9",
        "NaN",
        "9" * 30,
        "-1",
        "0",
        "1,2,3",
        "\ud7ff",
        "x" * 500,
        "2026-02-30",
        "1.0",
        "!",
        "acme",
    ]
)
NAMES = [
    "customer", "amount", "currency", "currency_for", "rate", "date", "method", "account", "entity", "reference",
    "description", "order", "first", "move", "parts", "add", "drop", "unfold", "unfolded", "shown", "version",
    "idempotency_key", "customer-1", "amount-1", "next",
]  # fmt: skip


def test_nothing_sent_breaks_a_page() -> None:
    with books() as b:
        invoice = b.invoice(100, 50)
        b.receipt(10, [invoice])
        draft = b.receipt(5, [invoice], post=False)
        application = Application.objects.get(company=b.company).pk
        clerk = Clerk(b)
        clerk.client.raise_request_exception = True
        paths = [
            "payments/receive/",
            "payments/receive/preview/",
            f"payments/{draft}/edit/",
            f"payments/{draft}/post/",
            f"matching/{application}/unapply/",
        ]
        keys = [
            f"use-d{invoice}",
            f"pin-d{invoice}",
            f"use-l{b.line(invoice)}",
            "use-d0",
            "use-l99999999",
            "use-x",
        ]

        @settings(max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            path=st.sampled_from(paths),
            sent=st.dictionaries(st.sampled_from([*NAMES, *keys]), BAD, max_size=8),
            action=st.sampled_from(["", "draft", "other"]),
            whole=st.booleans(),
        )
        def send(path: str, sent: dict[str, str], action: str, whole: bool) -> None:
            good = {"customer": "acme", "amount": "20", "date": "2026-03-15", "method": "cash"}
            fields = ({**good, "account": "undeposited"} if whole else {}) | sent | {"action": action}
            answer = clerk.client.post(f"{clerk.root}/{path}", fields)
            assert answer.status_code in (200, 303, 404, 409, 422), (path, fields)
            answer = clerk.client.get(f"{clerk.root}/{path}", sent)
            assert answer.status_code in (200, 303, 400, 404, 405, 409)

        send()


@pytest.mark.parametrize("key", ["0", "99999999999999999999999"])
def test_keys_that_are_none(key: str) -> None:
    with books() as b:
        clerk = Clerk(b)
        for path in (f"/payments/{key}/", f"/payments/{key}/edit/", f"/matching/{key}/unapply/"):
            assert clerk.open(path).status == 404, path


@pytest.mark.parametrize(
    "query", ["q=%00", "cursor=x", "sort=-x", "date_from=1", "amount=1e3", "tab=x", "match_code=%00"]
)
def test_lists_take_any_address(query: str) -> None:
    with books() as b:
        b.receipt(10)
        assert Clerk(b).open(f"/payments/?{query}").status in (200, 400)
