"""The arithmetic of samples is right: held against its own definitions, counted out."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.sampling import drawn, percentile, rank, unseen

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=60)
PERCENT = st.integers(1, 100)


@given(VALUES, PERCENT)
def test_a_percentile_is_the_least_value_that_covers_its_share(values: list[float], p: int) -> None:
    """By nearest rank: one of the values, at least p per cent are not above it, and of none smaller is that true."""
    found = percentile(values, p)
    assert found in values
    assert 100 * sum(value <= found for value in values) >= p * len(values)
    assert all(100 * sum(one <= value for one in values) < p * len(values) for value in values if value < found)


@given(VALUES, PERCENT, PERCENT)
def test_a_higher_percentile_is_no_lower(values: list[float], p: int, q: int) -> None:
    """And the order in which the values came says nothing."""
    assert percentile(values, min(p, q)) <= percentile(values[::-1], max(p, q))


def test_the_textbook_has_the_same_ranks() -> None:
    """Of 20 values p95 is the 19th, p50 the tenth; of one each is that one."""
    assert [rank(20, p) for p in (1, 5, 50, 95, 96, 100)] == [1, 1, 10, 19, 20, 20]
    assert {rank(1, p) for p in range(1, 101)} == {1}
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 50)


@st.composite
def samples(draw: st.DrawFn) -> tuple[int, int]:
    total = draw(st.integers(1, 120))
    return total, draw(st.integers(0, total))


@given(samples(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_a_sample_without_a_fault_leaves_so_many_possible(of: tuple[int, int], confidence: float) -> None:
    """Exactly: with one more faulty one the sample would have met it as surely as it has to be."""
    total, sampled = of

    def missed(faulty: int) -> float:
        return comb(total - faulty, sampled) / comb(total, sampled)

    most = unseen(total, sampled, confidence)
    assert 0 <= most <= total - sampled
    assert missed(most) >= (1 - confidence) * (1 - 1e-9)
    assert most == total - sampled or missed(most + 1) < (1 - confidence) * (1 + 1e-9)


@given(samples())
def test_a_larger_sample_leaves_no_more(of: tuple[int, int]) -> None:
    """And one of all leaves none."""
    total, sampled = of
    assert unseen(total, total) == 0
    assert sampled == total or unseen(total, sampled + 1) <= unseen(total, sampled)


@pytest.mark.parametrize("total", [100_000, 130_000_000, 10**10])
def test_of_a_large_whole_it_is_the_rule_of_three(total: int) -> None:
    """Three in so many: a sample of 3,000 blocks of whichever database leaves a thousandth."""
    assert unseen(total, 3000) / total == pytest.approx(3 / 3000, rel=0.03)


@given(st.integers(0, 10**9), st.integers(0, 300), st.integers(0, 2**32))
def test_each_number_is_drawn_once_and_again_by_its_seed(total: int, wanted: int, seed: int) -> None:
    """Below the total, so many as are wanted or as there are."""
    numbers = drawn(total, wanted, seed)
    assert len(numbers) == len(set(numbers)) == min(total, wanted)
    assert all(0 <= number < total for number in numbers)
    assert drawn(total, wanted, seed) == numbers


def test_another_seed_draws_others() -> None:
    """Else it would be no chance."""
    assert len({tuple(drawn(10**6, 5, seed)) for seed in range(50)}) == 50
