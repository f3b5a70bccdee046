"""Durations and limits: what people write is what is judged, to the microsecond."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.objective import Limit, Operator, format_duration, parse_duration, parse_limit

US = timedelta(microseconds=1)
DURATIONS = st.timedeltas(timedelta(), timedelta(days=400))
POSITIVE = st.timedeltas(US, timedelta(days=400))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90m", 5400), ("4h", 14400), ("1d 12h", 129600), (" 15 m ", 900), ("0s", 0), ("1.5h", 5400), ("2h30m", 9000)],
)
def test_a_duration_is_read_as_written(text: str, seconds: int) -> None:
    """Every form that the documentation shows is read."""
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "4", "h", "4 hours", "-4h", "4h!", "1e3s", "nan s", "٤h", "4h or so", "PT4H", "4M"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A text that could be misread is a ValueError, never a guess."""
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["99999999999d", "9" * 400 + "d"])
def test_an_impossible_duration_is_refused_like_any_other(text: str) -> None:
    """A number too large for a duration is the user's mistake, not a crash."""
    with pytest.raises(ValueError, match="longer than any"):
        parse_duration(text)


@given(DURATIONS)
def test_what_is_shown_is_never_less_than_what_was_measured(value: timedelta) -> None:
    """Formatting rounds up to the second, and what it wrote can be read back."""
    shown = parse_duration(format_duration(value))
    assert value <= shown < value + timedelta(seconds=1)
    assert parse_duration(format_duration(shown)) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(hours=26), "26 h"),
        (timedelta(hours=26, minutes=5), "26 h 05 m"),
        (timedelta(days=3, seconds=9), "72 h 00 m 09 s"),
        (timedelta(minutes=19, seconds=3, microseconds=1), "19 m 04 s"),
        (timedelta(minutes=59, seconds=59, microseconds=1), "1 h"),
        (US, "1 s"),
        (timedelta(), "0 s"),
        (-timedelta(minutes=5), "−5 m"),
    ],
)
def test_a_duration_reads_as_people_say_it(value: timedelta, text: str) -> None:
    """26 hours read 26 h: nothing wraps at a day, and a negative shows its sign."""
    assert format_duration(value) == text


@given(POSITIVE)
def test_equality_fails_a_strict_limit(value: timedelta) -> None:
    """`<` is strict to the microsecond; `<=` is not."""
    below, at_most = Limit(value, Operator.BELOW), Limit(value, Operator.AT_MOST)
    assert [below.met_by(value - US), below.met_by(value), below.met_by(value + US)] == [True, False, False]
    assert [at_most.met_by(value), at_most.met_by(value + US)] == [True, False]


@given(st.integers(1, 10**7), st.sampled_from(Operator))
def test_a_limit_is_read_back_as_it_is_shown(seconds: int, operator: Operator) -> None:
    """The text of a limit, as a report prints it, is a limit again: the same one."""
    limit = Limit(timedelta(seconds=seconds), operator)
    assert parse_limit(str(limit)) == limit


@pytest.mark.parametrize("text", ["4h", "> 4h", "= 4h", "<", "< soon", "=< 4h", "< 0s", "<= 0h", "<< 4h", ""])
def test_what_is_no_limit_is_refused(text: str) -> None:
    """A limit needs an operator and some time: none is made up."""
    with pytest.raises(ValueError, match=r"is not a|leaves no time"):
        parse_limit(text)
