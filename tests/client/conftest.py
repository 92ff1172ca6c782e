from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.build import AT, books
from tests.clerk import at_the_time_of_the_books
from tests.client.desk import Desk
from tests.integrator import Integrator

__all__ = ["at_the_time_of_the_books"]


@pytest.fixture
def desk(live_url: str, at_the_time_of_the_books: None) -> Iterator[Desk]:
    """The client at a served application, for an administrator of a fresh company."""
    with books() as made:
        token = Integrator(made).token
        customer = f"cus_{made.customer}"
    with Desk(live_url, token, customer, at=AT) as found:
        yield found
