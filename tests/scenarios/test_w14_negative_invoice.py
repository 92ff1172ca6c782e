"""W14 through the services: of a negative invoice −80 refund 30, 50 are left; −100 beside +20 is not refundable.

The pages: test_w14_pages.py.
"""

from __future__ import annotations

import pytest

from ledger.checks import check
from refunds.errors import CreditBesideCharges, NotEnoughCredit
from tests.refunds.helping import refunding

pytestmark = pytest.mark.django_db


def test_part_of_a_negative_invoice_is_refunded() -> None:
    with refunding() as b:
        negative = b.invoice(-80)
        refund = b.refund({negative: 30})
        assert b.state(negative) == (-50, "partially_applied", "partial", "a")
        assert b.line_codes(refund) == ["a"]
        with pytest.raises(NotEnoughCredit) as refused:
            b.refund({negative: 51})
        assert refused.value.values["available"] == 50
        assert check(b.company.pk) == []


@pytest.mark.parametrize("inline", [True, False])
def test_an_invoice_with_a_positive_line_is_not_refundable(inline: bool) -> None:
    with refunding(auto_apply_inline_credits=inline) as b:
        mixed = b.invoice(-100, 20)
        assert b.document(mixed).total == -80
        for amount in (80, 1, None):
            with pytest.raises(CreditBesideCharges) as refused:
                b.refund({mixed: amount})
            assert str(refused.value).startswith("INV-00001 also has positive lines")
