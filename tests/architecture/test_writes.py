"""Only services write, and only these modules below them touch the tables (DESIGN 3, 4)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT, name, product, texts, tree

# Reviewed: what services are made of. Everything else that writes is a module named services (or services/…).
WRITERS = {
    "arledger/companies/models.py",  # the manager that Django makes users with
    "arledger/companies/numbering.py",
    "arledger/core/audit.py",
    "arledger/core/idempotency.py",
    "arledger/core/jobs.py",
    "arledger/core/outbox.py",
    "arledger/core/sql.py",
    "imports/apart.py",  # a temporary file of SQLite, none of our tables
    "imports/seen.py",  # a temporary file of SQLite, none of our tables
    "ledger/drafts.py",
    "ledger/posting.py",
}
ALWAYS = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "abulk_create",
    "asave",
    "acreate",
}
ON_ROWS = {"save", "create", "update", "delete"}
WRITING_SQL = re.compile(
    r"\b(INSERT\s+INTO|UPDATE\s+(ONLY\s+)?\S+\s+(\w+\s+)?SET|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE|COPY\s+\S+\s+FROM)\b"
)
OURS = {
    "insert_rows",
    "execute",
    "insert_applications",
    "write_drafts",
    "rewrite_draft",
    "replace_lines",
    "delete_drafts",
}


def is_service(file: Path) -> bool:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return "services" in parts or parts[-1].endswith("_services")


def of_a_table(receiver: ast.expr) -> bool:
    """Whether an expression is about rows: a manager, a query, or an object that a name says nothing about."""
    text = ast.unparse(receiver)
    return bool(re.search(r"objects|_manager|filter\(|exclude\(|\brow\b|_row\(\)", text))


def writes(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute):
            verb = node.func.attr
            if verb in ALWAYS or verb == "save" or (verb in ON_ROWS and of_a_table(node.func.value)):
                yield f"{name(file)}:{node.lineno} {ast.unparse(node.func)}"
        elif isinstance(node.func, ast.Name) and node.func.id == "insert_rows":
            yield f"{name(file)}:{node.lineno} {node.func.id}"
    for line, text in texts(file):
        if WRITING_SQL.search(text):
            yield f"{name(file)}:{line} {text.strip()[:60]}"


def test_only_services_write() -> None:
    assert [
        write
        for file in product()
        if not is_service(file) and name(file) not in WRITERS
        for write in writes(file)
    ] == []


def test_the_reviewed_writers_do_write() -> None:
    """A module that stopped writing leaves the list; and the guard recognises writing when it sees it."""
    assert [module for module in sorted(WRITERS) if not list(writes(ROOT / module))] == []
    assert len(list(writes(ROOT / "arledger/companies/services.py"))) >= 8


def calls(file: Path) -> set[str]:
    return {
        node.func.id
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_the_books_are_written_from_services_and_the_core_of_matching_only() -> None:
    """What makes documents and applications is called by no page, command, task or selector."""
    making = {
        "insert_applications",
        "write_drafts",
        "rewrite_draft",
        "replace_lines",
        "delete_drafts",
        "book",
    }
    core = {"ledger/drafts.py", "ledger/posting.py", "ledger/billing.py"} | {
        f"reconciliation/{module}.py" for module in ("applying", "matching", "reversing")
    }
    assert {
        name(file): sorted(calls(file) & making)
        for file in product()
        if not is_service(file) and name(file) not in core and calls(file) & making
    } == {}
