"""Workers that die, come back late or work at the same time: a file is imported once (SPEC 14, DESIGN 5)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from arledger.core import jobs
from arledger.core.errors import Refusal
from arledger.core.jobs import LEASE, LeaseLost
from arledger.core.models import Job
from arledger.core.scope import company_scope
from imports import progress, run_services, services, upload_services
from imports.errors import SameFile
from imports.models import Import, ImportEntry
from imports.upload_services import Format
from ledger.checks import check
from ledger.models import Document
from tests.build import AT, Books, books
from tests.concurrency.racing import patient
from tests.imports.uploads import Desk, work

HEAD = "number,customer,date,due_date,amount\n"


def file(count: int = 12, start: int = 0) -> str:
    """Invoices of two rows each; every fourth one is refused."""
    return HEAD + "".join(
        f"N{n},{'NOBODY' if n % 4 == 3 else 'ACME'},2026-01-10,2026-02-10,10\nN{n},,,,5\n"
        for n in range(start, start + count)
    )


class Killed(BaseException):
    """As when a process is killed: nobody catches it."""


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "FIRST_ROWS", 2)
    monkeypatch.setattr(services, "CHUNK_ROWS", 4)


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """``killer(3)``: the worker dies with the third chunk it tells of, before that chunk is committed."""
    left = [0]
    plain = progress.tell

    def tell(company: int, key: int, rows: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        plain(company, key, rows)

    monkeypatch.setattr(progress, "tell", tell)
    return lambda chunks: left.__setitem__(0, chunks)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with books() as made:
        made.add_customer("Acme Ltd", code="ACME")
        yield Desk(made)


def numbers(made: Books) -> list[str | None]:
    found = Document.objects.filter(company=made.company).order_by("pk")
    return list(found.values_list("number", flat=True))


def die(desk: Desk, row: Import, at: datetime) -> None:
    """A worker takes the import's job at an instant, and is killed in the middle."""
    job = Import.objects.get(company=desk.made.company, pk=row.pk).job
    assert job in jobs.sweep(at)
    with pytest.raises(Killed):
        jobs.run(job, clock=lambda: at)
    assert Job.objects.get(pk=job).state == "running"
    assert job not in jobs.sweep(at), "its lease is not over"


def finish(desk: Desk, row: Import, at: datetime) -> Import:
    job = desk.again(row).job
    assert job is not None
    assert job in jobs.sweep(at), "the tick finds what a dead worker left, whatever the broker lost"
    assert jobs.run(job, clock=lambda: at)
    return desk.again(row)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
def test_killed_three_times_good_documents_are_imported_once(
    desk: Desk, killer: Callable[[int], None]
) -> None:
    row = desk.upload("invoices", file(), mode="good")
    upload_services.commit(actor=desk.made.actor, key=row.pk)
    seen = [0]
    for attempt in range(3):
        killer(3)
        die(desk, row, AT + attempt * 2 * LEASE)
        seen.append(len(numbers(desk.made)))
        assert desk.again(row).state == "committing"
        assert desk.again(row).rows_ok + desk.again(row).rows_failed < 24
    assert seen == sorted(set(seen)), "each attempt goes on where the last one was killed"
    row = finish(desk, row, AT + 6 * LEASE)
    assert (row.state, row.rows_total, row.rows_ok, row.rows_failed) == ("committed", 24, 18, 6)
    expected = [f"N{n}" for n in range(12) if n % 4 != 3]
    assert numbers(desk.made) == expected
    entries = ImportEntry.objects.filter(company=desk.made.company, owner=row.pk)
    assert entries.filter(written=None).count() == 3
    assert sum(entries.values_list("rows", flat=True)) == 24
    assert check(desk.made.company.pk) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
def test_documents_whose_rows_stand_apart_are_imported_once(
    desk: Desk, killer: Callable[[int], None]
) -> None:
    """First rows of all documents, then second rows in another order: each waits for its own."""
    first, *rows = file().splitlines(keepends=True)
    shuffled = rows[::2] + [rows[1::2][(5 * n) % 12] for n in range(12)]
    row = desk.upload("invoices", first + "".join(shuffled), mode="good")
    assert (row.state, row.rows_ok, row.rows_failed, row.entries_ok) == ("checked", 18, 6, 9)
    upload_services.commit(actor=desk.made.actor, key=row.pk)
    for attempt in range(2):
        killer(3)
        die(desk, row, AT + attempt * 2 * LEASE)
    row = finish(desk, row, AT + 6 * LEASE)
    assert (row.state, row.rows_total, row.rows_ok, row.rows_failed) == ("committed", 24, 18, 6)
    found = Document.objects.filter(company=desk.made.company).order_by("pk")
    assert [one.number for one in found] == [f"N{5 * n % 12}" for n in range(12) if 5 * n % 12 % 4 != 3]
    assert {tuple(one.lines.order_by("position").values_list("amount", flat=True)) for one in found} == {
        (10, 5)
    }
    assert len(desk.failed(row).splitlines()) == 7


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
def test_killed_three_times_all_or_nothing_stays_nothing_until_it_is_all(
    desk: Desk, killer: Callable[[int], None]
) -> None:
    row = desk.upload("invoices", file(3))
    upload_services.commit(actor=desk.made.actor, key=row.pk)
    for attempt in range(3):
        killer(2)
        die(desk, row, AT + attempt * 2 * LEASE)
        assert numbers(desk.made) == []
    row = finish(desk, row, AT + 6 * LEASE)
    assert (row.state, numbers(desk.made)) == ("committed", ["N0", "N1", "N2"])


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
def test_killed_after_the_last_chunk_nothing_comes_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    row = desk.upload("invoices", file(3))
    upload_services.commit(actor=desk.made.actor, key=row.pk)

    def dead(*_args: Any) -> None:
        raise Killed

    monkeypatch.setattr(run_services, "_finish", dead)
    die(desk, row, AT)
    assert len(numbers(desk.made)) == 3
    monkeypatch.undo()
    row = finish(desk, row, AT + 2 * LEASE)
    assert (row.state, row.rows_total, len(numbers(desk.made))) == ("committed", 6, 3)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
def test_a_check_that_is_killed_starts_anew(desk: Desk, killer: Callable[[int], None]) -> None:
    row = upload_services.upload(
        actor=desk.made.actor, type="invoices", name="a.csv", content=[file().encode()], start=True
    )
    killer(3)
    die(desk, row, AT)
    assert desk.faults(row) == []
    row = finish(desk, row, AT + 2 * LEASE)
    assert (row.state, row.rows_failed, len(desk.faults(row))) == ("checked", 6, 3)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
def test_an_import_whose_job_was_given_up_goes_on_when_asked(
    desk: Desk, killer: Callable[[int], None]
) -> None:
    row = desk.upload("invoices", file(), mode="good")
    upload_services.commit(actor=desk.made.actor, key=row.pk)
    killer(2)
    die(desk, row, AT)
    Job.objects.filter(kind=upload_services.COMMIT, company_id=desk.made.company.pk).update(state="failed")
    upload_services.commit(actor=desk.made.actor, key=row.pk)
    killer(0)
    work()
    assert (desk.again(row).state, desk.again(row).rows_ok) == ("committed", 18)


@pytest.mark.django_db
def test_the_message_to_the_worker_may_be_lost(desk: Desk) -> None:
    row = upload_services.upload(
        actor=desk.made.actor, type="invoices", name="a.csv", content=[file(1).encode()], start=True
    )
    assert finish(desk, row, AT + timedelta(minutes=1)).state == "checked"


# Real threads ------------------------------------------------------------------------------------------------


def together(company: int, *things: Callable[[], Any]) -> list[Any]:
    """Do things at the same moment, each on a connection of its own; what they return or raise."""
    gate = threading.Barrier(len(things))
    found: list[Any] = [None] * len(things)

    def one(place: int, thing: Callable[[], Any]) -> None:
        try:
            with company_scope(company):
                gate.wait()
                found[place] = thing()
        except (Refusal, LeaseLost) as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(n, thing)) for n, thing in enumerate(things)]
    with patient():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return found


@pytest.mark.usefixtures("committed")
def test_the_same_file_twice_at_once_is_taken_once() -> None:
    with books() as made:
        made.add_customer("Acme Ltd", code="ACME")

        def upload() -> Import:
            return upload_services.upload(
                actor=made.actor, type="invoices", name="a.csv", content=[file().encode()], start=True
            )

        found = together(made.company.pk, *[upload] * 4)
        assert sum(isinstance(one, Import) for one in found) == 1
        assert sum(isinstance(one, SameFile) for one in found) == 3
        assert Import.objects.filter(company=made.company).count() == 1


@pytest.mark.usefixtures("committed", "small_chunks")
@pytest.mark.parametrize("mode", ["good", "all"])
def test_two_workers_at_the_same_import_write_it_once(mode: str) -> None:
    """As when a lease runs out while its worker still works: both go for the same import."""
    with books() as made:
        made.add_customer("Acme Ltd", code="ACME")
        text = file(40) if mode == "good" else file(40).replace("NOBODY", "ACME")
        row = upload_services.upload(
            actor=made.actor,
            type="invoices",
            name="a.csv",
            content=[text.encode()],
            format=Format(mode=mode),
            start=True,
        )
        run_services.check(company_id=made.company.pk, key=row.pk, at=AT, beat=lambda: None)
        upload_services.commit(actor=made.actor, key=row.pk)

        def commit() -> Any:
            return run_services.commit(company_id=made.company.pk, key=row.pk, at=AT, beat=lambda: None)

        together(made.company.pk, *[commit] * 3)
        # Whoever was left over ends it.
        commit()
        row.refresh_from_db()
        good = 30 if mode == "good" else 40
        assert (row.state, row.rows_total, row.rows_ok) == ("committed", 80, 2 * good)
        assert len(numbers(made)) == len(set(numbers(made))) == good
        assert check(made.company.pk) == []
        connection.close()
