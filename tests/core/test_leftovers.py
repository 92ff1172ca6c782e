"""Folders that a killed program left behind go after a day; those in use stay."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arledger.companies.tasks import LEFT_FOR
from arledger.core import jobs
from arledger.core.leftovers import remove_leftovers, work_folder

NOW = datetime(2026, 4, 15, 3, 0, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def written(folder: Path, at: datetime, inside: datetime | None = None) -> Path:
    """A folder with a file, last written to at ``at``, its file at ``inside``."""
    folder.mkdir()
    file = folder / "file"
    file.write_text("customer,amount\n")
    for path, moment in ((file, inside or at), (folder, at)):
        os.utime(path, (moment.timestamp(), moment.timestamp()))
    return folder


def test_a_folder_is_the_programs_own_and_goes_with_its_work(place: Path) -> None:
    with work_folder() as folder:
        assert folder.parent == place
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


@pytest.mark.django_db
def test_the_nightly_job_removes_what_was_left_a_day_ago(place: Path) -> None:
    with work_folder() as folder:
        name = folder.name
    old = written(place / name, NOW - LEFT_FOR - timedelta(minutes=1))
    young = written(place / f"{name}-young", NOW - LEFT_FOR + timedelta(minutes=1))
    used = written(place / f"{name}-used", NOW - timedelta(days=3), inside=NOW - timedelta(hours=1))
    other = written(place / "of-somebody-else", NOW - timedelta(days=3))
    target = written(place / "target", NOW - timedelta(days=3))
    link = place / f"{name}-link"
    link.symlink_to(target)

    job = jobs.enqueue("core.remove_leftovers", at=NOW)
    assert jobs.run(job.pk, clock=lambda: NOW)

    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"folders": 1})
    assert not old.exists()
    assert all(path.exists() for path in (young, used, other, target / "file"))
    assert link.is_symlink()


def test_what_vanishes_meanwhile_is_no_error(place: Path) -> None:
    with work_folder() as folder:
        (place / f"{folder.name}-gone").symlink_to(place / "nowhere")
    assert remove_leftovers(NOW) == 0
