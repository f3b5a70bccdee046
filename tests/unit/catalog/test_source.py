"""YAML text is read to the letter, with lines, and nothing hostile gets through."""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path

import pytest

from dr_orchestrator.catalog.source import MOST_BYTES, Plain, parse, read

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcde", "bcdef", strict=True)
)
CHAIN = "a0: &a0 " + "[" * 30 + "x" + "]" * 30 + "\n" + f"b: {'[' * 20}*a0{']' * 20}\n"


@pytest.mark.parametrize(
    ("text", "line", "message", "fix"),
    [
        ("", 1, "is empty", "declare something in it, or remove it"),
        ("# nothing\n", 1, "is empty", "declare something in it, or remove it"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins here", "keep one document to a file"),
        ("a:\n\tb: 1\n", 2, "the line is indented with a tab", "indent with spaces"),
        ("a:\n\t- b\n", 2, "the line is indented with a tab", "indent with spaces"),
        ("a: [1, 2\nb: 3\n", 2, "is not YAML: did not find", "look at this line and the one before it"),
        ("a: 1\nb: \x07\n", 2, "a control character is not legal", "remove it, or escape it inside quotes"),
        ("a: 1\na: 2\n", 2, "'a' is written twice, first on line 1", "keep one of them"),
        ("a: 1\nb: !!python/object/apply:os.system [x]\n", 2, "the tag !!python/object", "remove the tag"),
        ("a: !Sub x\n", 1, "the tag !Sub is not allowed", "remove the tag"),
        ("a: *b\n", 1, "the alias *b has no anchor", "write &b first"),
        ("a: 1\nb: &b [*b]\n", 2, "the alias stands inside what it refers to", "write it out"),
        (BOMB, 1, "its aliases expand to more than 20,000 values", "write it out"),
        ("x: [" + "1, " * 20_001 + "]", 1, "holds more than 20,000 values", "split the file"),
        ("[" * 200_000, 1, "is nested deeper than 50 levels", "write it flat"),
        ("- " * 200_000, 1, "is nested deeper than 50 levels", "write it flat"),
        ("{a: " * 51 + "}" * 51, 1, "is nested deeper than 50 levels", "write it flat"),
        ("[" * 1_001 + "]" * 1_001, 1, "is nested deeper than 50 levels", "write it flat"),
        (CHAIN, 1, "is nested deeper than 50 levels", "write it flat"),
        ("a: ['[[[[[[', " + "[" * 40 + "}", 1, "is not YAML", "look at this line and the one before it"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "merge keys (<<) are not understood", "write the keys out"),
        ("a: 1\n? [x]\n: 2\n", 2, "a key is not a word", "write `key: value`"),
        ("a: 1\n~: 2\n", 2, "a key is not a word", "write `key: value`"),
    ],
)
def test_text_that_cannot_be_trusted_is_told_with_its_line(text: str, line: int, message: str, fix: str) -> None:
    """Every kind of unreadable or hostile text yields one problem: where, what, and what to do."""
    problem = parse(text, "drills/x.yaml").problems[0]
    assert (problem.file, problem.line, problem.fix) == ("drills/x.yaml", line, fix)
    assert problem.message.startswith(message)


def test_the_limits_are_the_same_wherever_they_are_asked_for() -> None:
    """What is read, and what is refused, does not depend on how much of Python's stack is left."""
    used = len(inspect.stack())
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(used + 250)
    try:
        assert parse("[" * 50 + "]" * 50, "x").problems == []
        assert [one.message for one in parse("[" * 51 + "]" * 51, "x").problems] == ["is nested deeper than 50 levels"]
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "12:30", "1_000", "2026-10-06", "=", "0o9", "1e", "none"])
def test_words_that_yaml_1_1_would_bend_stay_text(word: str) -> None:
    """What people mean as text is text: no truth values, base-60 numbers or dates by surprise."""
    data = parse(f"a: {word}", "x").data
    assert data == {"a": word}
    assert not isinstance(data["a"], Plain)  # type: ignore[index,call-overload]


@pytest.mark.parametrize("word", ["1", "-1.5", "0x1F", "true", "False", ".inf", "1e3"])
def test_numbers_and_truth_values_keep_their_written_form(word: str) -> None:
    """A plain scalar that is not text is marked as such, and quotes make text of it."""
    data = parse(f"a: {word}\nb: '{word}'\nc: !!str {word}", "x").data
    assert isinstance(data, dict)
    assert [isinstance(value, Plain) for value in data.values()] == [True, False, False]
    assert set(data.values()) == {word}


def test_every_key_has_its_line_also_through_an_alias() -> None:
    """Lines are those of the text, where an alias is used those of its anchor."""
    document = parse("a:\n  - &x {b: 1,\n      c: 2}\n  - *x\n", "x")
    assert {key: document.line(key) for key in [("a",), ("a", 0, "c"), ("a", 1), ("a", 1, "c")]} == {
        ("a",): 1,
        ("a", 0, "c"): 3,
        ("a", 1): 4,
        ("a", 1, "c"): 3,
    }
    assert document.line(("a", 0, "missing", "deeper")) == 2


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"a: 1\nb: \xff\xfe\n", 2, "byte 0xff is not UTF-8"),
        (b"#" * (MOST_BYTES + 1), 1, "is larger than 512,000 bytes"),
    ],
)
def test_files_that_are_not_text_are_told(tmp_path: Path, content: bytes, line: int, message: str) -> None:
    """Bytes that are no UTF-8, and files of absurd size, are problems and no tracebacks."""
    (tmp_path / "x.yaml").write_bytes(content)
    problem = read(tmp_path / "x.yaml", "x.yaml").problems[0]
    assert (problem.line, problem.message) == (line, message)


def test_what_is_not_a_file_is_never_opened(tmp_path: Path) -> None:
    """A folder, a named pipe or a dangling link is told at once, without waiting for someone to write to it."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("nowhere")
    told = [read(tmp_path / name, name).problems[0].message for name in ("folder", "pipe", "link")]
    assert told == ["is not a file"] * 3


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    """Files saved by editors that write a byte order mark are read."""
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbfa: b\n")
    assert read(tmp_path / "x.yaml", "x").data == {"a": "b"}
