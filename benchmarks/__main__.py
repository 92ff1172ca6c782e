"""Run all benchmarks, or those named: ``python -m benchmarks [row …] [--lines N]`` (docs/benchmarks.md)."""

from __future__ import annotations

import argparse
import importlib
import sys

import django

from benchmarks.runtime import database

ROWS = ("post", "receive", "api", "bulk", "import", "lists", "reports", "clerks")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=ROWS, default=[])
    parser.add_argument(
        "--lines",
        type=int,
        default=1_000_000,
        help="lines of the company that lists and reports are read from",
    )
    parser.add_argument(
        "--invoices",
        type=int,
        default=100_000,
        help="invoices in the imported file, and in the company of the clerks",
    )
    parser.add_argument("--calls", type=int, default=800, help="calls of the API to each side")
    parser.add_argument("--seconds", type=int, default=600, help="how long the clerks work")
    parser.add_argument("--workers", type=int, default=2, help="web processes that they work with")
    chosen = parser.parse_args(arguments)
    with database():
        django.setup()
        # After the settings know their database, and no earlier.
        rows = importlib.import_module("benchmarks.rows")
        met = [rows.run(name, chosen) for name in chosen.rows or ROWS]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
