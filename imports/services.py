"""Importing a file: every row of it is either imported or reported, by the services that pages use (SPEC 14).

A check does the very same work and takes it back (docs/adr/0023, 0037). Where no row stands on another, each chunk is
taken back at once, so that nobody waits for long; else the whole is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace
from typing import Any

from django.db import transaction

from arledger.companies.numbering import beyond, pass_over
from arledger.core import jobs, late
from arledger.core.actor import Actor
from arledger.core.csvfile import Row, UnreadableFile
from arledger.core.errors import Refusal, Refusals
from arledger.core.sql import analyze, execute, fetch_all
from imports.books import Books
from imports.columns import REASON
from imports.customer_files import CustomerFile
from imports.document_files import AdjustmentFile, AdvanceFile, InvoiceFile
from imports.errors import InvalidAction
from imports.headers import given, understood
from imports.kinds import Importer
from imports.opening_files import OpeningFile
from imports.outcomes import Done, Entry, InOutcome, Keeper, Options, Outcome, RowError, Table, Unaccounted
from imports.payment_files import PaymentFile
from imports.readers import Group, Unguarded, groups
from imports.refund_files import RefundFile
from imports.words import ACTIONS, plain
from ledger.checks import JOB as CHECK_BOOKS
from ledger.posting import rehearsal

TYPES: dict[str, type[Importer]] = {
    "customers": CustomerFile,
    "invoices": InvoiceFile,
    "adjustments": AdjustmentFile,
    "advances": AdvanceFile,
    "payments": PaymentFile,
    "refunds": RefundFile,
    "opening_balances": OpeningFile,
}
# The first chunk is small: what the database plans for empty tables is slow, and made anew after it (PITFALLS 13c).
FIRST_ROWS, CHUNK_ROWS = 1_000, 5_000
# The planner's statistics no longer fit when there are so many times more documents.
ANALYZE_GROWTH = 4
# So many rows are counted at most, to tell what the statistics know.
ENOUGH_KNOWN = 50_000
# How many refusals of a single document a chunk may meet before it is halved.
PATIENCE = 3


def may_post(actor: Actor, kind: str) -> bool:
    """Whether the person may post what files of ``kind`` bring; customers are not posted."""
    posts = TYPES[kind].posts
    return bool(posts) and all(actor.may(right) for right in posts)


def may_import(actor: Actor, kind: str) -> bool:
    return actor.may("imports.run") and all(actor.may(right) for right in TYPES[kind].adds)


def require_importer(actor: Actor) -> None:
    """Raise Forbidden for whoever may import no kind of file at all: he reads what others imported."""
    if not any(may_import(actor, kind) for kind in TYPES):
        require_import(actor, next(iter(TYPES)))


def require_import(actor: Actor, kind: str) -> None:
    """Raise Forbidden unless the person may import files of ``kind``."""
    for right in ("imports.run", *TYPES[kind].adds):
        actor.require(right)


def run(*, actor: Actor, kind: str, table: Table, options: Options, keeper: Keeper | None = None) -> Outcome:
    """Import a file of ``kind`` (one of TYPES), all of it or nothing unless ``options`` say otherwise.

    Without the right to post, documents are left as drafts. The books are checked by a job once something was written.
    Errors of rows are in the outcome, or with the ``keeper``.

    Raises UnknownColumns, MissingColumns, UnreadableFile (before anything is written) or Forbidden.
    """
    require_import(actor, kind)
    table = understood(table, kind)
    if options.piecewise:
        _read_through(table)
    work = _Run(actor, kind, table, options, keeper or InOutcome())
    work.go()
    outcome = work.outcome
    if outcome.written and (work.analyzed or outcome.documents > max(work.known, CHUNK_ROWS)):
        analyze(*work.importer.tables)
    if outcome.written and outcome.documents:
        jobs.enqueue(CHECK_BOOKS, company_id=actor.company_id, at=actor.at)
    outcome.errors.sort(key=lambda error: (error.row, error.column))
    return outcome


def _read_through(table: Table) -> None:
    """Where good documents are kept one chunk at a time, a file that ends in a fault must not begin."""
    for _row in table:
        pass


class _Run:
    """One pass through a file."""

    def __init__(self, actor: Actor, kind: str, table: Table, options: Options, keeper: Keeper) -> None:
        self.actor = actor
        self.table = table
        self.options = options
        self.keeper = keeper
        self.importer = TYPES[kind](Books(actor), options.form)
        self.may_post = may_post(actor, kind)
        self.outcome = Outcome()
        # How many documents the planner's statistics know, and whether they were taken anew.
        self.known = _known(actor, self.importer)
        self.analyzed = False
        self.faulty = False
        # Rows that cannot be read end the reading; whose they are is not known.
        self.unreadable: UnreadableFile | None = None

    def go(self) -> None:
        options = self.options
        events: list[late.Statement] = []
        by_chunk = options.piecewise or (options.check and not self.importer.gathers)
        with ExitStack() as stack:
            if not by_chunk:
                stack.enter_context(transaction.atomic())
                events = stack.enter_context(late.held())
                self.keeper.begin()
                if not options.check:
                    self._lock(self.table)
            for chunk in _chunks(self.importer, self._groups()):
                self._analyze()
                self._chunk(chunk, by_chunk=by_chunk)
                if options.stop and self.faulty:
                    break
            self._last()
            stopped = options.stop and self.faulty
            if not stopped:
                self._account()
            if not by_chunk and not options.check and not self.faulty:
                self._follow()
            self.outcome.written = not options.check and (options.piecewise or not self.faulty)
            if not by_chunk and not self.outcome.written:
                events.clear()
                transaction.set_rollback(True)

    def _lock(self, rows: Iterable[Row]) -> None:
        """All customers of the rows at once and in key order, before the services lock some of them (DESIGN 2)."""
        if "customer" not in self.table.header:
            return
        codes: set[str] = set()
        with suppress(UnreadableFile):
            codes.update(row.values.get("customer", "").strip() for row in rows)
        fetch_all(
            "SELECT id FROM customers_customer WHERE company_id = %s AND code = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [self.actor.company_id, sorted(codes)],
        )

    def _groups(self) -> Iterator[Group]:
        """The documents of the file that are not settled yet; a fault after which nothing can be told ends them."""
        rows = Unguarded(self.table) if REASON in self.table.header else self.table
        importer = self.importer
        try:
            for group in groups(rows, self.table.header, importer.keys, several=importer.several):
                if group.rows[-1].number <= self.options.after:
                    self.outcome.rows_before += len(group.rows)
                else:
                    yield group
        except UnreadableFile as refusal:
            self.unreadable = refusal

    def _chunk(self, chunk: Sequence[Group], *, by_chunk: bool) -> None:
        done = Done()
        taken_back = by_chunk and self.options.check
        with transaction.atomic() if by_chunk else nullcontext():
            if taken_back:
                # What is taken back is never counted: statistics say that an empty company's tables stay empty, and
                # plans of that kind read them whole for each row.
                execute("SET LOCAL enable_seqscan = off")
                with rehearsal(), late.held() as events:
                    self._load(chunk, done)
                    events.clear()
                    transaction.set_rollback(True)
            else:
                with late.held() if by_chunk else nullcontext():
                    if by_chunk:
                        self.keeper.begin()
                        self._lock(row for group in chunk for row in group.rows)
                    self._load(chunk, done)
                self._keep(done)
        if taken_back:
            self._keep(done)
        elif by_chunk:
            self._follow()

    def _keep(self, done: Done) -> None:
        done.errors = [replace(error, column=given(self.table, error.column)) for error in done.errors]
        self.faulty = self.faulty or bool(done.errors)
        self.outcome.count(done)
        self.keeper.keep(done, self.outcome)

    def _last(self) -> None:
        """A fault that ended the reading is an error of its row."""
        if self.unreadable is None:
            return
        row = self.unreadable.row or 1
        self._keep(Done(errors=[RowError(row, "", self.unreadable, (row,))]))

    def _analyze(self) -> None:
        if self.options.check and not self.importer.gathers:
            return
        if self.outcome.documents > self.known * ANALYZE_GROWTH:
            analyze(*self.importer.tables)
            self.known = self.outcome.documents
            self.analyzed = True

    def _load(self, chunk: Sequence[Group], done: Done) -> None:
        self.importer.meet(chunk)
        ready: dict[bool, list[tuple[Group, Any]]] = {True: [], False: []}
        for group in chunk:
            post = self._posts(group)
            readable = any(row.fault is None for row in group.rows)
            entered = self.importer.read(group, post=post) if readable else None
            if entered is None:
                done.refuse(group, ((f.row or group.rows[0].number, f.field or "", f) for f in group.faults))
            else:
                ready[post].append((group, entered))
        self._look_ahead(ready[True] + ready[False])
        for post, pairs in ready.items():
            _write(self.importer, pairs, done, post=post)

    def _posts(self, group: Group) -> bool:
        """Whether a document is posted: as its own cell says, else as the file; never without the right."""
        row = next((row for row in group.rows if row.fault is None), group.rows[0])
        text = row.values.get("action", "").strip()
        action = ACTIONS.get(plain(text))
        if action is None:
            group.faults.append(InvalidAction(row=row.number, field="action", text=text[:40]))
        return self.may_post and (action == "post" or (action == "" and self.options.post))

    def _look_ahead(self, pairs: Sequence[tuple[Group, Any]]) -> None:
        """Which sequences the numbers of the file are ahead of."""
        given: dict[int, list[str]] = {}
        for _group, entered in pairs:
            sequence, text = self.importer.numbered(entered)
            if sequence is not None and text:
                given.setdefault(sequence, []).append(text)
        for key, highest in beyond(company_id=self.actor.company_id, given=given).items():
            self.outcome.ahead[key] = max(highest, self.outcome.ahead.get(key, highest))

    def _follow(self) -> None:
        """Posting has moved the sequences; drafts move them here, lest the sequence come upon their numbers."""
        for key, (value, text) in sorted(self.outcome.ahead.items()):
            pass_over(
                company_id=self.actor.company_id, sequence_id=key, value=value, number=text, at=self.actor.at
            )

    def _account(self) -> None:
        """Every row that was read is good or refused. Raises Unaccounted."""
        outcome, tally = self.outcome, self.table.tally
        settled = outcome.rows_before + outcome.rows_good + outcome.rows_refused
        if self.unreadable is not None or tally is None:
            outcome.rows = settled
            return
        outcome.rows, outcome.blank = tally.rows, tally.blank
        if outcome.rows != settled:
            raise Unaccounted(replace(outcome, errors=[]))


def _known(actor: Actor, importer: Importer) -> int:
    """How many of a company's rows the planner's statistics may know: those it has, as far as tables were looked at."""
    table = importer.tables[0]
    few = f"SELECT FROM {table} WHERE company_id = %s LIMIT %s"
    looked_at = "SELECT reltuples FROM pg_class WHERE oid = %s::regclass"
    rows = fetch_all(
        f"SELECT least((SELECT count(*) FROM ({few}) f), ({looked_at}))",  # noqa: S608  (constants)
        [actor.company_id, ENOUGH_KNOWN, table],
    )
    return max(0, int(rows[0][0]))


def _chunks(importer: Importer, found: Iterable[Group]) -> Iterator[list[Group]]:
    """A few thousand rows at a time; less when a document needs another that waits to be written."""
    chunk: list[Group] = []
    given: set[str] = set()
    rows, limit = 0, FIRST_ROWS
    for group in found:
        if importer.needs(group) in given:
            yield chunk
            chunk, given, rows = [], set(), 0
        chunk.append(group)
        given.add(importer.gives(group))
        given.discard("")
        rows += len(group.rows)
        if rows >= limit:
            yield chunk
            chunk, given, rows, limit = [], set(), 0, CHUNK_ROWS
    if chunk:
        yield chunk


def _write(
    importer: Importer,
    ready: Sequence[tuple[Group, Any]],
    done: Done,
    *,
    post: bool,
    patience: int = PATIENCE,
) -> None:
    """Write what the service takes; leave out what it refuses and try again, in halves when it names little.

    A service names all bad documents at once where it can, so this seldom costs more than one more call; at
    worst the work grows by the logarithm of the chunk.
    """
    if not ready:
        return
    try:
        with transaction.atomic(), late.held():
            keys = importer.write([entered for _group, entered in ready], post=post)
    except Refusal as refusal:
        named = _named(refusal, len(ready))
        if not named and len(ready) == 1:
            named = {0: [refusal]}
        for place, refusals in named.items():
            group = ready[place][0]
            done.refuse(group, ((*importer.place(group, one), one) for one in refusals))
        rest = [pair for place, pair in enumerate(ready) if place not in named]
        if len(named) > 1 or (named and patience):
            return _write(importer, rest, done, post=post, patience=patience - (len(named) == 1))
        middle = len(rest) // 2
        _write(importer, rest[:middle], done, post=post)
        return _write(importer, rest[middle:], done, post=post)
    draft = bool(importer.posts) and not post
    done.entries.extend(Entry(group, key, draft) for (group, _entered), key in zip(ready, keys, strict=True))
    return None


def _named(refusal: Refusal, count: int) -> dict[int, list[Refusal]]:
    """The refusals by the place of the document they are about."""
    found: dict[int, list[Refusal]] = {}
    for one in refusal.errors if isinstance(refusal, Refusals) else [refusal]:
        if one.row is not None and 0 <= one.row < count:
            found.setdefault(one.row, []).append(one)
    return found
