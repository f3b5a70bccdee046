"""Entries are put into files that people wrote: not a byte of theirs is changed, whatever they look like."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.catalog.drafting.insertion import inserted
from dr_orchestrator.catalog.drafting.words import Alias, Anchored, Entry
from dr_orchestrator.catalog.gaps import gap
from dr_orchestrator.errors import Problem
from dr_orchestrator.settings import CHECKOUT

NEW = Entry("new-db", {"type": "a-type", "database": {"name": gap("a, b: {c}"), "secret": "managed"}}, "No drill.")
CHECKS = [{"name": "a: # b", "claim": {"minimum": 1}}]
FIRST = Entry("new-db-pitr", {"kind": "k", "checks": Anchored("new-db-checks", CHECKS)})
SECOND = Entry("new-db-snapshot", {"kind": "l", "checks": Alias("new-db-checks")})
ADDED = {"resources": [NEW], "drills": [FIRST, SECOND]}
SAMPLES = [each.read_text() for each in sorted((CHECKOUT / "drills").glob("*.yaml")) if each.stem != "tiers"]


def is_within(old: str, new: str) -> bool:
    """Whether the new text is the old one with something put in."""
    rest = iter(new)
    return all(each in rest for each in old)


def loaded(text: str) -> Any:
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes text alone


def added_to(text: str) -> str:
    made = inserted(text, "a.yaml", ADDED)
    assert isinstance(made, str), made
    assert is_within(text, made)
    before, after = loaded(text.removeprefix("\ufeff")), loaded(made.removeprefix("\ufeff"))
    for key in ("resources", "drills"):
        old = before.pop(key, None) or {}
        new = after.pop(key)
        assert list(new) == [*old, *(each.name for each in ADDED[key])]
        assert {name: new[name] for name in old} == old
    assert before == after
    return made


@pytest.mark.parametrize("text", SAMPLES)
def test_the_files_of_the_sample_company_take_more(text: str) -> None:
    """Each of them, as it is written."""
    assert added_to(text).startswith(text[: text.index("resources:")])


@pytest.mark.parametrize(
    "text",
    [
        "service: a\nresources: {}\ndrills: {a: {k: v}}\n",
        "service: a\r\nresources:\r\n    x: {type: q} # c\r\n\r\n\r\n# end\r\n",
        "{service: a}",
        '{"service": "a", "resources": {"x": {"type": "q"}}}\n',
        "service: a\nresources:\n",
        "\ufeffservice: a\nresources: # later\n  x:\n    t: |\n      lit\n\n\ndrills:\n  a: &z {b: c}\n  d: *z # y\n#z",
        "service: a\nresources: {x: {a: b},}\n",
        "service: a\nresources:\n  x:\n    t: a\n     b\n    l:\n    - 1\n    - [a, b\n     ,c]\n",
        "service: a\nresources:\n  x: {t: 'it''s # no'}   # why\ntitle: after\n",
    ],
)
def test_other_ways_to_write_a_file_take_more(text: str) -> None:
    """In braces, with Windows' line ends, a mark of its encoding, nothing under a key, or no end of line."""
    added_to(text)


@pytest.mark.parametrize(
    "text", ["", "- a list\n", "service: a\nresources: [a]\n", "a: 1\na: 2\n", "a: [\n", "resources: ~\n"]
)
def test_a_file_that_takes_nothing_is_told_with_its_line(text: str) -> None:
    """It is left as it is: the answer is a problem, and no text."""
    told = inserted(text, "drills/a.yaml", ADDED)
    assert isinstance(told, Problem)
    assert (told.file, bool(told.line), bool(told.fix)) == ("drills/a.yaml", True, True)


def test_two_entries_share_one_list_of_checks() -> None:
    """A gap in it is filled once, for both."""
    data = loaded(added_to("service: a\ndrills: {}\n"))
    assert data["drills"]["new-db-pitr"]["checks"] == data["drills"]["new-db-snapshot"]["checks"]


WORDS = st.text("abcxyz_-", min_size=1, max_size=8).filter(lambda each: each[0].isalpha())
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12)
VALUES = st.recursive(
    TEXTS, lambda each: st.lists(each, max_size=3) | st.dictionaries(WORDS, each, max_size=3), max_leaves=8
)
FILES = st.fixed_dictionaries(
    {"service": WORDS},
    optional={
        "title": TEXTS,
        "resources": st.dictionaries(WORDS, st.dictionaries(WORDS, VALUES, max_size=3), max_size=3),
        "drills": st.dictionaries(WORDS, st.dictionaries(WORDS, VALUES, max_size=3), max_size=3),
        "notes": VALUES,
    },
)


@given(
    FILES,
    st.sampled_from([True, False, None]),
    st.integers(2, 6),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "# the end\n", "\n\n"]),
    st.sampled_from([None, '"', "'"]),
)
def test_any_file_takes_more_and_keeps_each_byte(
    data: dict[str, Any], braces: bool | None, indent: int, ends: str, tail: str, quotes: str | None
) -> None:
    """However it is laid out; what was in it is still there, and is still what it was."""
    shape: dict[str, Any] = {"default_flow_style": braces, "indent": indent, "default_style": quotes}
    text = (yaml.dump(data, allow_unicode=True, sort_keys=False, **shape) + tail).replace("\n", ends)
    made = inserted(text, "a.yaml", ADDED)
    if isinstance(made, Problem):  # a reader of ours is stricter than the writer, and says so: nothing is written
        return
    added_to(text)
