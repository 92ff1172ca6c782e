"""Which benchmarks a row of DESIGN 6 consists of."""

from __future__ import annotations

from argparse import Namespace

from benchmarks import api, clerks, importing, lists, post, receive, reports
from benchmarks.generator import codes_by_key, fill, lines_in, make_company


def run(name: str, options: Namespace) -> bool:
    """Run one row; whether every target of it was met."""
    rows = {
        "post": _post,
        "receive": _receive,
        "api": _api,
        "bulk": _bulk,
        "import": _import,
        "lists": _lists,
        "clerks": _clerks,
        "reports": _reports,
    }
    return rows[name](options)


def _post(options: Namespace) -> bool:
    world = make_company("post", customers=500)
    fill(world, 5_000)
    return all([post.one(world, operations=200), post.thousand(world)])


def _receive(options: Namespace) -> bool:
    world = make_company("receive", customers=500)
    fill(world, 5_000)
    return all([receive.three(world, operations=150), receive.kth(world, receipts=10_000)])


def _api(options: Namespace) -> bool:
    world = make_company("api", customers=500)
    fill(world, 5_000)
    return api.single(world, api.token_of(world), operations=options.calls)


def _bulk(options: Namespace) -> bool:
    world = make_company("bulk", customers=500)
    fill(world, 5_000)
    return api.bulk(world, api.token_of(world))


def _import(options: Namespace) -> bool:
    return importing.run(options.invoices)


def _clerks(options: Namespace) -> bool:
    world = make_company("clerks", customers=1_000)
    fill(world, options.invoices)
    return clerks.run(world, codes_by_key(world), seconds=options.seconds, workers=options.workers)


def _lists(options: Namespace) -> bool:
    world = make_company("lists", customers=1_000)
    # Three lines an invoice, and a receipt's line for four invoices of five.
    fill(world, int(options.lines / 3.8))
    return lists.run(world, lines_in(world))


def _reports(options: Namespace) -> bool:
    world = make_company("reports", customers=1_000)
    fill(world, int(options.lines / 3.8))
    return reports.run(world, lines_in(world))
