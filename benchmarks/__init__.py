"""Ratios against bare PostgreSQL on our own schema, in the same run: ``python -m benchmarks`` (docs/benchmarks.md)."""
