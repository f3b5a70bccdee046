"""Names come from AWS and from files; none of them may act in a report."""

import re
from pathlib import Path

import pytest

from dr_orchestrator.reporting.markdown import inert
from dr_orchestrator.reporting.render import exercise_html, exercise_markdown, run_html, run_markdown
from dr_orchestrator.reporting.wording import visible
from tests.support import variants
from tests.support.golden import sample
from tests.support.pages import tags

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></svg><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "a|b`c`\n| d | **e** [f](javascript:alert(1)) <b>",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_adds_no_tag_and_no_attribute(templates: tuple[Path, ...], name: str) -> None:
    """A page about a hostile name has the tags and attributes of a page about a harmless one."""
    harmless, hostile = (tags(run_html(variants.named(text), templates)) for text in ("db", name))
    assert hostile.seen == harmless.seen
    assert hostile.attributes == harmless.attributes
    assert "script" not in hostile.seen
    assert not [name for name in hostile.attributes if name.startswith("on")]


@pytest.mark.parametrize("name", HOSTILE)
def test_an_exercise_page_is_as_safe(templates: tuple[Path, ...], name: str) -> None:
    """The table of an exercise shows names of services and drills: they are inert there too."""
    hostile = tags(exercise_html(sample.exercise(), [variants.named(name)], templates))
    assert "script" not in hostile.seen
    assert "img" not in hostile.seen


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_tables_keep_their_columns(templates: tuple[Path, ...], name: str) -> None:
    """A pipe, a backtick or a line break in a name adds no cell, no row and no markup."""
    for text in (
        run_markdown(variants.named(name), templates),
        exercise_markdown(sample.exercise(), [variants.named(name)], templates),
    ):
        width = 0
        for line in text.splitlines():
            cells = line.replace("\\\\", "").replace("\\|", "").count("|")
            assert "<script" not in line
            assert "<img" not in line
            assert not re.search(r"(?<!\\)\]\(javascript", line)
            if line.startswith("|"):
                width = width or cells
                assert cells == width, line
            else:
                width = 0


def test_direction_overrides_are_shown_not_obeyed(templates: tuple[Path, ...]) -> None:
    """A name cannot turn the text around it; letters of right-to-left scripts and emoji stay as they are."""
    name = "safe\u202egnp.exe \u05d2\u05d9\u05d1\u05d5\u05d9 \U0001f4be\x07"
    for text in (run_html(variants.named(name), templates), run_markdown(variants.named(name), templates)):
        assert "\u202e" not in text
        assert "\x07" not in text
        assert "⟨U+202E⟩" in text
        assert "\u05d2\u05d9\u05d1\u05d5\u05d9 \U0001f4be" in text


def test_an_emoji_of_several_parts_stays_whole() -> None:
    """The joiner inside an emoji moves nothing, so it is left alone."""
    assert visible("👩‍💻") == "👩‍💻"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("< 4 h", "< 4 h"),
        ("a < b & c", "a < b & c"),
        ("<b>", "&lt;b>"),
        ("&lt;", "&amp;lt;"),
        ("# head", r"\# head"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("> quote", r"\> quote"),
        ("snake_case_name", "snake_case_name"),
        ("_bold_", r"\_bold\_"),
        ("two\nlines", "two lines"),
    ],
)
def test_markdown_is_inert_and_still_readable(text: str, written: str) -> None:
    """Only what would mean something is escaped."""
    assert inert(text) == written
