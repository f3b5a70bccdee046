"""Rules of a query: it is one SELECT, and it names a table of the source; what reads none of its data cannot fail."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import takewhile
from operator import is_not

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dr_orchestrator.catalog.shapes.checks import of_system

logging.getLogger("sqlglot").addHandler(logging.NullHandler())  # it would tell stderr of what it does not know

_READ_AS = {"mysql": "mysql", "mariadb": "mysql", "aurora-mysql": "mysql", "sqlserver": "tsql", "oracle": "oracle"}
_OWN = {"sqlserver": ("sys",), "oracle": ("sys", "dual")}
"""Schemas and tables that are the server's own, beside those that are so everywhere."""

_WRITES = (exp.DML, exp.Merge, exp.Into)


def mistake(text: str, engine: str = "") -> tuple[str, str] | None:
    """The mistake in a query, and what to do; what its server alone can read is left to the drill, which asks it.

    An engine that is not declared is taken for PostgreSQL.
    """
    try:
        parsed = sqlglot.parse(text, dialect=_READ_AS.get(engine, "postgres"))
        said = [each for each in parsed if each is not None and not isinstance(each, exp.Semicolon)]
        return _mistake(said, _OWN.get(engine, ()))
    except (SqlglotError, RecursionError):
        return None


def _mistake(statements: Sequence[exp.Expr], own: Sequence[str]) -> tuple[str, str] | None:
    if len(statements) > 1:
        return f"a query is one statement, this has {len(statements)}", "make a check of each"
    if not all(isinstance(each, exp.Query | exp.Values) and not each.find(*_WRITES) for each in statements):
        return "a query is a SELECT that changes nothing", "begin with SELECT, or with WITH before it"
    read = [(_folded(each.args.get("db")), _folded(each.this)) for one in statements for each in _read(one)]
    if any(not of_system(schema, table) and (schema or table) not in own for schema, table in read):
        return None
    message = "the query names no table of the source, so that it would pass without any data"
    return message, "let it count or compare rows: SELECT count(*) FROM …"


def _read(query: exp.Expr, seen: Sequence[exp.Expr] = ()) -> Iterator[exp.Table]:
    """The tables that a query names, also through what it says WITH; functions, and a WITH that it leaves, are none."""
    for table in query.walk(prune=lambda each: isinstance(each, exp.With)):
        if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
            continue
        named = _named(table)
        if named is None:
            yield table
        elif not any(named is each for each in seen):
            yield from _read(named.this, (*seen, named))


def _named(table: exp.Table) -> exp.CTE | None:
    """The WITH query that a name without a schema stands for: one sees those before it, a recursive one all."""
    inside: exp.Expr = table
    own: exp.Expr = table
    while table.args.get("db") is None and (parent := inside.parent) is not None:
        clause = parent.args.get("with_")
        if isinstance(parent, exp.With):
            own = inside
        elif isinstance(clause, exp.With):
            before = inside is clause and not clause.recursive
            among = takewhile(partial(is_not, own), clause.expressions) if before else clause.expressions
            for each in among:
                if isinstance(each, exp.CTE) and _folded(each.args["alias"].this) == _folded(table.this):
                    return each
        inside = parent
    return None


def _folded(name: exp.Expr | None) -> str:
    """A name as PostgreSQL knows it: in lower case where it is not quoted."""
    if not isinstance(name, exp.Identifier):
        return ""
    return name.name if name.args.get("quoted") else name.name.lower()
