"""Names as Oracle keeps them: one that is written in lower case is what it reads without quotes, in upper case.

Any other is taken as it is written, and so is one within quotes of its own.
"""

from __future__ import annotations

from dr_orchestrator.waiting.oracle import quote


def kept(name: str) -> str:
    """A name as the dictionary has it."""
    if len(name) > 2 and name.startswith('"') and name.endswith('"'):
        return name[1:-1]
    return name.upper() if name == name.lower() else name


def written(name: str) -> str:
    """A name of the dictionary as it is declared: in quotes where it would be read as another."""
    return name if kept(name) == name else f'"{name}"'


def split(table: str) -> tuple[str, str]:
    """Schema and name of a table as the dictionary has them; the schema is empty where none is told."""
    schema, _, name = table.rpartition(".")
    return kept(schema) if schema else "", kept(name)


def quoted(table: str) -> str:
    """The name of a table, as a name and nothing else."""
    return ".".join(quote(part) for part in split(table) if part)


def column_name(column: str) -> str:
    """The name of a column, as a name and nothing else."""
    return str(quote(kept(column)))
