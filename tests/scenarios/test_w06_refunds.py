"""W6, the last part: what is left of +10, −25, +40, −5, −30 pays a later invoice of 4; the other 6 are not refundable.

The pages: test_w06_pages.py.
"""

from __future__ import annotations

import pytest

from reconciliation.open_credits import NotRefundable, open_credits
from refunds.errors import CreditBesideCharges
from tests.refunds.helping import refunding

pytestmark = pytest.mark.django_db


def test_what_is_left_beside_charges_is_never_refundable() -> None:
    with refunding() as b:
        net = b.invoice(10, -25, 40, -5, -30)
        with pytest.raises(CreditBesideCharges):
            b.refund({net: 10})
        later = b.invoice(4)
        b.match((b.line(later), b.line(net, 5), 4))
        assert b.open(later) == 0
        assert b.open_lines(net) == [0, 0, 0, 0, -6]
        for amount in (6, 1, None):
            for post in (False, True):
                with pytest.raises(CreditBesideCharges):
                    b.refund({net: amount}, post=post)
        (item,) = open_credits(company_id=b.company.pk, customers=[b.customer])
        assert item.available == 6
        assert item.not_refundable is NotRefundable.CHARGES
