"""People attach to one document at the same time, while it is posted: never more than it may carry, nothing lost."""

from __future__ import annotations

import pytest

from invoices import services as invoices
from ledger import attachment_services as attachments
from ledger.attachment_selectors import listed
from tests.build import books
from tests.concurrency.racing import Turn, race
from tests.uploads import file

pytestmark = pytest.mark.usefixtures("committed")


def test_twenty_files_however_many_attach() -> None:
    with books() as b:
        document = b.invoice(100, post=False)

        def attaching(number: int) -> Turn:
            names = [f"{number}-{n}.pdf" for n in range(3)]
            return lambda: attachments.attach(
                actor=b.actor, kind="invoice", document=document, files=[file(name) for name in names]
            )

        turns: list[Turn] = [attaching(number) for number in range(8)]
        found = race(b, [*turns, lambda: invoices.post(actor=b.actor, ids=[document])], 1)
        assert (found.done, dict(found.refused)) == (7, {"too_many_files": 2})
        assert len(listed(company_id=b.company.pk, document=document)) == 18


def test_a_file_is_removed_once() -> None:
    with books() as b:
        document = b.invoice(100)
        key = attachments.attach(actor=b.actor, kind="invoice", document=document, files=[file()])[0]

        def removing() -> str:
            return attachments.remove(
                actor=b.actor, kind="invoice", document=document, key=key, reason="wrong one"
            )

        found = race(b, [removing] * 6, 1)
        assert (found.results, dict(found.refused)) == (["transfer.pdf"], {"file_already_removed": 5})
