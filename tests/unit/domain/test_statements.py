"""The answer to a statement, and the refusal of one, without a connection."""

from __future__ import annotations

from dr_orchestrator.domain.statements import Rows, StatementRefused


def test_an_answer_is_read_whole_in_part_and_by_its_first_row() -> None:
    """As that of a connection is; nothing is left where there is nothing."""
    rows = Rows(((1, "a"), (2, "b"), (3, "c")))
    assert rows.fetchall() == [(1, "a"), (2, "b"), (3, "c")]
    assert rows.fetchmany(2) == [(1, "a"), (2, "b")]
    assert rows.fetchone() == (1, "a")
    assert (Rows().fetchall(), Rows().fetchmany(2), Rows().fetchone()) == ([], [], None)


def test_a_refusal_says_whether_it_was_the_login_or_the_time() -> None:
    """In the database's own words and code."""
    told = StatementRefused("password authentication failed", "28P01", login=True)
    assert (str(told), told.message, told.sqlstate) == ("password authentication failed",) * 2 + ("28P01",)
    assert (told.login, told.cut) == (True, False)
    assert StatementRefused("too long", cut=True).cut
