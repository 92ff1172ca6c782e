"""Hypothesis tries the same in every run, whichever modules a worker has loaded before."""

from __future__ import annotations

from hypothesis.internal.conjecture.providers import HypothesisProvider


def test_no_constants_of_loaded_modules_are_tried() -> None:
    assert len(HypothesisProvider(None)._local_constants) == 0
