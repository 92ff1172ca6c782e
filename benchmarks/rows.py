"""Which benchmarks a row of DESIGN 6 consists of."""

from __future__ import annotations

from argparse import Namespace

from benchmarks import post, receive
from benchmarks.generator import fill, make_company


def run(name: str, options: Namespace) -> bool:
    """Run one row; whether every target of it was met."""
    return {"post": _post, "receive": _receive}[name](options)


def _post(options: Namespace) -> bool:
    world = make_company("post", customers=500)
    fill(world, 5_000)
    return all([post.one(world, operations=200), post.thousand(world)])


def _receive(options: Namespace) -> bool:
    world = make_company("receive", customers=500)
    fill(world, 5_000)
    return all([receive.three(world, operations=150), receive.kth(world, receipts=10_000)])
