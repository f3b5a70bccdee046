"""The arithmetic of samples: percentiles by nearest rank, and what a sample without a fault says of the whole."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import lgamma, log

CONFIDENCE = 0.95
"""How sure a sample has to be of what it says of the whole."""


def rank(of: int, p: int) -> int:
    """The nearest rank (from 1) of a percentile, 1 to 100, among so many values: the least that covers p per cent."""
    return max(1, -(-p * of // 100))


def percentile(values: Sequence[float], p: int) -> float:
    """The percentile of some values by nearest rank: always one of them; ValueError where there is none."""
    if not values:
        raise ValueError("a percentile of nothing")
    return sorted(values)[rank(len(values), p) - 1]


def drawn(total: int, wanted: int, seed: int) -> list[int]:
    """So many of the numbers below `total`, each once; the same seed draws the same ones again.

    As drawn, not in order: as many of the first of them as one likes are a sample, too.
    """
    return random.Random(seed).sample(range(total), min(wanted, total))  # noqa: S311 - repeated, not secret


def unseen(total: int, sampled: int, confidence: float = CONFIDENCE) -> int:
    """The most faulty ones among `total` that a sample without a fault leaves possible, with that confidence.

    Exact, by the hypergeometric distribution; of a large whole about 3 / sampled of it (the rule of three).
    """
    least, most = 0, total - sampled
    while least < most:
        middle = (least + most + 1) // 2
        if _log_unseen(total, sampled, middle) >= log(1 - confidence):
            least = middle
        else:
            most = middle - 1
    return least


def _log_unseen(total: int, sampled: int, faulty: int) -> float:
    """The logarithm of the chance to draw none of the faulty ones."""
    return _log_choose(total - faulty, sampled) - _log_choose(total, sampled)


def _log_choose(of: int, some: int) -> float:
    return lgamma(of + 1) - lgamma(some + 1) - lgamma(of - some + 1)
