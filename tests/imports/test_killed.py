"""Files sent through pages and API survive workers that the system kills and a broker that forgets (SPEC 14)."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from arledger.core import jobs
from arledger.core.jobs import LEASE
from imports import services, tasks
from imports.models import Import, ImportEntry
from ledger.checks import check
from ledger.models import Document
from tests.build import AT, Books, books
from tests.clerk import Clerk
from tests.concurrency.racing import patient
from tests.integrator import Integrator
from tests.servers import ROOT

HEAD = "number,customer,date,due_date,amount\n"
DOCUMENTS = 60


def file() -> bytes:
    """Invoices of two rows each; every tenth one is refused."""
    rows = (
        f"N{n},{'NOBODY' if n % 10 == 9 else 'ACME'},2026-01-10,2026-02-10,10\nN{n},,,,5\n"
        for n in range(DOCUMENTS)
    )
    return (HEAD + "".join(rows)).encode()


class Pages:
    """A clerk at the pages."""

    def __init__(self, made: Books) -> None:
        self.clerk = Clerk(made)

    def upload(self) -> Any:
        page = self.clerk.open("/imports/new/")
        form = next(form for form in page.forms if "idempotency_key" in form.fields)
        client = Client()
        client.force_login(self.clerk.user)
        sent = {**form.fields, "type": "invoices", "file": SimpleUploadedFile("a.csv", file())}
        return client.post(page.address, sent)

    def taken(self, answer: Any) -> bool:
        return bool(answer.status_code == 303)

    def refused(self, answer: Any) -> bool:
        return answer.status_code == 422 and b"This very file was uploaded" in answer.content

    def check(self, key: int) -> None:
        self._press(key, "Check every row", mode="good")

    def commit(self, key: int) -> None:
        self._press(key, f"Import {DOCUMENTS * 9 // 10} documents, leave out the refused ones")

    def _press(self, key: int, button: str, **typed: str) -> None:
        page = self.clerk.open(f"/imports/{key}/")
        form = next(form for form in page.forms if button in form.buttons)
        page.clerk.send(form.action, form.fields | typed)


class Calls:
    """A program at the API."""

    def __init__(self, made: Books) -> None:
        self.api = Integrator(made)

    def upload(self) -> Any:
        body = {"type": "invoices", "mode": "good", "file": SimpleUploadedFile("a.csv", file())}
        sent = encode_multipart(BOUNDARY, body)
        return self.api.call("POST", "/imports", sent, headers={"Content-Type": MULTIPART_CONTENT})

    def taken(self, answer: Any) -> bool:
        return bool(answer.status == 202)

    def refused(self, answer: Any) -> bool:
        return answer.status == 409 and answer.codes == ["import_same_file"]

    def check(self, key: int) -> None:
        """It was begun by the upload."""

    def commit(self, key: int) -> None:
        assert self.api.post(f"/imports/imp_{key}/commit").status == 202


Way = Callable[[Books], Pages | Calls]
WAYS = pytest.mark.parametrize("way", [Pages, Calls])


@pytest.fixture
def made(committed: None) -> Iterator[Books]:
    assert tasks.__name__, "importing the module declares the jobs"
    with time_machine.travel(AT, tick=True), books() as found:
        found.add_customer("Acme Ltd", code="ACME")
        yield found


def the_import(made: Books) -> Import:
    return Import.objects.get(company=made.company)


def work(made: Books, at: datetime = AT) -> None:
    """Do what the tick finds in the database, whatever messages there were."""
    job = the_import(made).job
    assert job in jobs.sweep(at)
    assert jobs.run(job, clock=lambda: at)


# Whoever goes on to a second part is still at it when he is killed.
WORKER = """
import sys, time
from datetime import datetime
from itertools import count
import django
import time_machine
django.setup()
from arledger.core import jobs
from imports import services, tasks

services.FIRST_ROWS, services.CHUNK_ROWS = 4, 8
plain, begun = services._Run._chunk, count()

def first_only(*given, **more):
    if next(begun):
        time.sleep(600)
    plain(*given, **more)

services._Run._chunk = first_only
at = datetime.fromisoformat(sys.argv[2])
with time_machine.travel(at, tick=True):
    print("It took the job:", jobs.run(int(sys.argv[1]), clock=lambda: at))
"""


def killed_in_the_middle(made: Books, at: datetime, environment: dict[str, str]) -> None:
    """A worker of its own process takes the job and is killed by the system once it has written a part."""
    job, before = the_import(made).job, the_import(made).done_through
    assert job in jobs.sweep(at)
    worker = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WORKER, str(job), at.isoformat()],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "arledger.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until = time.monotonic() + 120
    while the_import(made).done_through == before and worker.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    worker.kill()
    said, _nothing = worker.communicate()
    assert worker.returncode == -signal.SIGKILL, f"it was killed before it was through: {said}"
    assert the_import(made).done_through > before


@WAYS
def test_killed_three_times_in_the_middle_the_file_is_imported_once(
    made: Books, way: Way, monkeypatch: pytest.MonkeyPatch, committed_environment: dict[str, str]
) -> None:
    monkeypatch.setattr(services, "FIRST_ROWS", 4)
    monkeypatch.setattr(services, "CHUNK_ROWS", 8)
    sender = way(made)
    assert sender.taken(sender.upload())
    sender.check(the_import(made).pk)
    work(made)
    sender.commit(the_import(made).pk)
    for attempt in range(3):
        killed_in_the_middle(made, AT + attempt * 2 * LEASE, committed_environment)
    work(made, AT + 6 * LEASE)
    row = the_import(made)
    assert (row.state, row.rows_total, row.rows_ok, row.rows_failed) == ("committed", 120, 108, 12)
    numbers = Counter(Document.objects.filter(company=made.company).values_list("number", flat=True))
    assert numbers == Counter(f"N{n}" for n in range(DOCUMENTS) if n % 10 != 9)
    entries = ImportEntry.objects.filter(company=made.company)
    assert (entries.count(), entries.filter(written=None).count()) == (60, 6)
    assert check(made.company.pk) == []


@WAYS
def test_the_broker_forgets_everything(made: Books, way: Way) -> None:
    sender = way(made)
    assert sender.taken(sender.upload())
    sender.check(the_import(made).pk)
    # The broker's database is the cache's.
    cache.clear()
    work(made)
    assert the_import(made).state == "checked"
    sender.commit(the_import(made).pk)
    cache.clear()
    work(made)
    assert the_import(made).rows_ok == 108


@WAYS
def test_the_same_file_uploaded_at_once_is_taken_once(made: Books, way: Way) -> None:
    sender = way(made)
    gate = threading.Barrier(4)
    answers: list[Any] = []

    def upload() -> None:
        try:
            gate.wait()
            answers.append(sender.upload())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=upload) for _each in range(4)]
    with patient():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted((sender.taken(one), sender.refused(one)) for one in answers) == [
        (False, True),
        (False, True),
        (False, True),
        (True, False),
    ]
    assert Import.objects.filter(company=made.company).count() == 1
