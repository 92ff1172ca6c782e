"""Files to import, and the command that imports them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from django.core.management import CommandError, call_command

from tests.build import Books


@dataclass
class Told:
    """What the command said: its errors line by line, its summary, whether it was content."""

    errors: list[str]
    summary: str
    good: bool


@dataclass
class Files:
    """Writes a file into a folder of the test and imports it into the company of ``made``."""

    folder: Path
    made: Books

    def load(self, kind: str, text: str | bytes, **options: object) -> Told:
        path = self.folder / f"{kind}.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.load_path(kind, path, **options)

    def load_path(self, kind: str, path: Path, **options: object) -> Told:
        out, err = io.StringIO(), io.StringIO()
        options = {"company": self.made.company.code, **options}
        try:
            call_command("import_csv", kind, str(path), stdout=out, stderr=err, **options)
        except CommandError as error:
            return Told(err.getvalue().splitlines(), str(error), good=False)
        return Told(err.getvalue().splitlines(), out.getvalue().strip(), good=True)
