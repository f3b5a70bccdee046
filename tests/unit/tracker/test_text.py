"""Anybody's words in each tracker's markup: shown as they are, and obeyed by none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.tickets.draft import Facts, Quoted, Said
from dr_orchestrator.tracker.text.adf import document
from dr_orchestrator.tracker.text.markdown import inline, markdown
from dr_orchestrator.tracker.text.wiki import wiki
from tests.support.trackers.jira import _is_node

ANY = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("`\n{}/@~"), max_size=60)
LINES = ANY.map(lambda text: " ".join(text.split()))


@given(ANY, LINES)
def test_a_document_is_one_whatever_it_says(text: str, line: str) -> None:
    """Jira Cloud takes no empty node."""
    made = document((Said("ours"), Quoted(text), Facts((("name", line),))))
    assert _is_node(made, "doc")


@given(ANY)
def test_no_text_ends_the_code_that_it_stands_in(text: str) -> None:
    """In Markdown the fence is longer than any within; in wiki markup its end cannot be written."""
    lines = markdown((Quoted(text),)).split("\n")
    if text:
        fence = lines[0].removesuffix("text")
        assert lines[-1] == fence
        assert not [each for each in lines[1:-1] if re.fullmatch(rf"\s*{fence}`*\s*", each)]
        assert wiki((Quoted(text),)).lower().count("{noformat") == 2


@given(LINES)
def test_a_line_in_code_stays_in_it(line: str) -> None:
    """However many backticks it has."""
    made = inline(line)
    if line:
        fence = re.match(r"`+", made)
        assert fence is not None
        ticks = re.findall("`+", line)
        assert len(fence[0]) > max(map(len, ticks), default=0)


@pytest.mark.parametrize("text", ["{noformat}", "{NOFORMAT}", "{noformat:x=y}"])
def test_wiki_markup_has_no_way_out(text: str) -> None:
    """In any case, with any parameter."""
    assert wiki((Quoted(text),)).lower().count("{noformat") == 2


def test_a_backslash_ends_no_line_in_wiki_markup() -> None:
    """Two of them would: each is named by its number."""
    assert wiki((Facts((("path", r"C:\dr\\x"),)),)) == r"* *path:* C:&#92;dr&#92;&#92;x"
