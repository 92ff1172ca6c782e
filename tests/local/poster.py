"""A clerk who never tires: posts an invoice and receives its payment, over and over, and says what was acknowledged.

Run as ``python -m tests.local.poster`` on a runtime that is being killed. After each commit it writes the number that
was drawn; nothing it wrote may be missing from the books afterwards.
"""

from __future__ import annotations

import os
import sys
import time

import django
from django.db import DatabaseError, InterfaceError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arledger.settings")
django.setup()

from arledger.core.scope import company_scope  # noqa: E402
from tests.build import Books, books  # noqa: E402


def work(made: Books) -> str:
    with company_scope(made.company.pk):
        invoice = made.invoice(300, 100, -20)
        receipt = made.receipt(380, [invoice])
        return f"{made.document(invoice).number} {made.document(receipt).number}"


def main(code: str) -> None:
    with books(code=code) as made:
        made.company.refresh_from_db()
    while True:
        try:
            sys.stdout.write(f"{work(made)}\n")
            sys.stdout.flush()
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(0.1)


if __name__ == "__main__":
    main(sys.argv[1])
