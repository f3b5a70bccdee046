"""A text of SQL is read as its words where each server reads it alike, and not at all where one might not."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.inquiries import refused
from dr_orchestrator.domain.sql_words import ORACLE, POSTGRES, SQL_SERVER, Dialect, Unread, words


def test_quotes_and_comments_hold_no_words() -> None:
    """What stands in values, and in comments within comments, is none of the text's; a name in quotes is one of its."""
    found = words("select 'a;b', \"De/*pth\" /* x /* y */ ; */ from t -- ; drop\n where n = 1.5e3", POSTGRES)
    assert [each.text for each in found] == ["SELECT", ",", "De/*pth", "FROM", "T", "WHERE", "N"]
    assert [each.text for each in found if each.quoted] == ["De/*pth"]


def test_a_word_tells_in_how_many_brackets_it_stands() -> None:
    """A statement of its own stands in none."""
    found = words("select (select max(a) from b) from c", POSTGRES)
    assert {each.text: each.depth for each in found if each.text.isalpha()} == {
        "SELECT": 1,
        "MAX": 1,
        "FROM": 0,
        "A": 2,
        "B": 1,
        "C": 0,
    }


@pytest.mark.parametrize(
    ("text", "dialect", "why"),
    [
        ("select 1\u2028; drop", POSTGRES, "a line that not everybody ends"),
        ("select 1\0", POSTGRES, "a line that not everybody ends"),
        ("select (1", POSTGRES, "brackets are not even"),
        ("select 1) ; drop", POSTGRES, "brackets are not even"),
        ("select 'a", POSTGRES, "where its quote ends"),
        ("select $tag$ a", POSTGRES, "where its quote ends"),
        ('select U&"d!0061"', POSTGRES, "where its quote ends"),
        ("select [a", SQL_SERVER, "where its quote ends"),
        ("select q'[a", ORACLE, "where its quote ends"),
        ("select 1from a", POSTGRES, "a number ends where a word begins"),
        ("select \u00a01", POSTGRES, "a character that is no SQL"),
        ("select 1 /* a /* b */", POSTGRES, "a comment does not end"),
        ("select 1 /* a", ORACLE, "a comment does not end"),
    ],
)
def test_what_may_be_read_otherwise_is_not_read(text: str, dialect: Dialect, why: str) -> None:
    """Lines, quotes, brackets, numbers and comments that do not end where everybody ends them."""
    with pytest.raises(Unread, match=why):
        words(text, dialect)


@pytest.mark.parametrize("lock", ["update", "share", "no key update", "key share"])
def test_a_source_is_not_locked(lock: str) -> None:
    """A row of production's that is locked holds up whoever changes it."""
    why = "UPDATE changes something" if "update" in lock else "it locks what it reads"
    assert refused(f"select * from t for {lock}") == why
    assert refused("select substring(a from 2 for 3) from t") == ""
