"""Whether a text of T-SQL is one SELECT as it is read here, before a server is asked: no mark ends a statement in it.

The server's plan is asked for as well; neither is believed alone, for a plan does not show all that a text would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dr_orchestrator.domain.sql_words import SQL_SERVER, Unread, Word, words
from dr_orchestrator.errors import NotMeasured

# learn.microsoft.com/sql/t-sql/language-elements/reserved-keywords-transact-sql
_OTHERS = frozenset(
    {
        *("ADD", "ALTER", "BACKUP", "BEGIN", "BREAK", "BULK", "CHECKPOINT", "CLOSE", "COMMIT"),
        *("CONTINUE", "CREATE", "DBCC", "DEALLOCATE", "DECLARE", "DELETE", "DENY", "DISK", "DROP"),
        *("DUMP", "EXEC", "EXECUTE", "EXIT", "GOTO", "GRANT", "IF", "INSERT", "INTO"),
        *("KILL", "LINENO", "LOAD", "OPEN", "PRINT", "RAISERROR", "READTEXT", "RECEIVE", "RECONFIGURE"),
        *("RESTORE", "RETURN", "REVERT", "REVOKE", "ROLLBACK", "SAVE", "SET", "SETUSER", "SHUTDOWN"),
        *("TRAN", "TRANSACTION", "TRIGGER", "TRUNCATE", "UPDATE", "UPDATETEXT", "WAITFOR", "WHILE", "WRITETEXT"),
    }
)
"""Words of other statements, all reserved but RECEIVE: what is called so stands in quotes."""

_ELSEWHERE = frozenset({"OPENDATASOURCE", "OPENQUERY", "OPENROWSET"})
_LOCKS = frozenset({"TABLOCKX", "UPDLOCK", "XLOCK"})
_TABLES = ("FROM", "JOIN", "APPLY")
_NO_TABLES = ("SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "UNION", "INTERSECT", "EXCEPT", "OPTION", "FOR")
_SET = ("UNION", "INTERSECT", "EXCEPT", "ALL")
_HINTED = ("JOIN", "UNION")


def only_select(text: str) -> None:
    """Refuse (NotMeasured) a text that is anything but one SELECT."""
    found = _read(text)
    while found and found[-1].text == ";" and not found[-1].quoted:
        found.pop()
    plain = _plain(found)
    if ";" in plain:
        raise NotMeasured("a query is one statement, and a ; stands within this one")
    if next((each for each in plain if each != "("), "") not in ("SELECT", "WITH"):
        raise NotMeasured("a query is a SELECT, and this text begins with none")
    if other := next((each for number, each in enumerate(plain) if _is_other(plain, number, found)), ""):
        told = f"{other} is a word of another statement: a name stands in brackets"
        raise NotMeasured(f"a query is one SELECT, and {told}")
    if _selects(found) > 1:
        raise NotMeasured("a query is one statement, and a second SELECT begins in this one")
    _stays_here(plain, found)


def _stays_here(plain: Sequence[str], found: Sequence[Word]) -> None:
    """Refuse a text that asks another server, which would be asked for the plan already; and one that locks."""
    linked = "a name of four parts" if any(dots > 2 for dots in _dots_of_tables(found)) else ""
    other = next((each for each in plain if each in _ELSEWHERE), linked)
    if other:
        raise NotMeasured(f"it asks another server ({other}), whose rows are no copy")
    if lock := next((each.text for each in found if each.depth and not each.quoted and each.text in _LOCKS), ""):
        raise NotMeasured(f"it locks what it reads ({lock}), and a query changes nothing")


def _dots_of_tables(found: Sequence[Word]) -> Iterator[int]:
    """The dots in each name where tables are named: with three a server is, for a part between them may be empty."""
    stands, dots, was_dot = dict[int, str](), 0, False  # in what, by the depth of brackets
    for each in found:
        text = "" if each.quoted else each.text
        if text in _TABLES or (text == "," and stands.get(each.depth) == "ON"):
            stands[each.depth] = "FROM"
        elif text in _NO_TABLES or text == "ON":
            stands[each.depth] = text
        dots = dots + 1 if text == "." else dots if was_dot else 0
        was_dot = text == "."
        if stands.get(each.depth) == "FROM":
            yield dots


def draws_a_number(text: str) -> bool:
    """Whether a text draws the next number of a sequence, by the words that do."""
    plain = _plain(_read(text))
    return ("NEXT", "VALUE", "FOR") in zip(plain, plain[1:], plain[2:], strict=False)


def _read(text: str) -> list[Word]:
    try:
        return words(text, SQL_SERVER)
    except Unread as unread:
        raise NotMeasured(f"a query is one SELECT, and this text is not read: {unread}") from unread


def _plain(found: Sequence[Word]) -> list[str]:
    """The words that are no names in quotes."""
    return ["" if each.quoted else each.text for each in found]


def _is_other(plain: Sequence[str], number: int, found: Sequence[Word]) -> bool:
    """Whether a word begins another statement where it stands: hints and clauses have some of these, too."""
    word, before, after = plain[number], plain[number - 1] if number else "", "".join(plain[number + 1 : number + 2])
    if word == "USE":
        return not found[number].depth
    if word == "MERGE":
        return after not in _HINTED
    if word == "FETCH":
        return before not in ("ROW", "ROWS")
    if word == "CONVERSATION":
        return before in ("ON", "END", "MOVE", "GET")
    return word in _OTHERS


def _selects(found: Sequence[Word]) -> int:
    """The SELECTs that stand in no bracket, but for those that a set is made with."""
    outer = [each.text for each in found if not each.depth and not each.quoted and each.text not in "()"]
    begun = bool(found) and found[0].text == "(" and not found[0].quoted  # the first one is in brackets
    return begun + sum(
        word == "SELECT" and (not number or outer[number - 1] not in _SET) for number, word in enumerate(outer)
    )
