from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.build import AT
from tests.clerk import at_the_time_of_the_books
from tests.permissions.foreign import Two, two_companies

__all__ = ["at_the_time_of_the_books"]


@pytest.fixture(scope="module")
def two(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Two]:
    """Two companies, made once for all tests of a module: what these do is refused, or taken back.

    No test of such a module may use the database by another fixture or mark.
    """
    unlimited = override_settings(API_CALLS_PER_MINUTE=10**6)
    with django_db_blocker.unblock(), time_machine.travel(AT, tick=False), unlimited, transaction.atomic():
        yield two_companies()
        transaction.set_rollback(True)
