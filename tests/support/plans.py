"""Plans as SQL Server and Oracle write them, for the tables that a test says are read."""

from __future__ import annotations

from typing import Any

_PLAN = """<ShowPlanXML xmlns="http://schemas.microsoft.com/sqlserver/2004/07/showplan" Version="1.564">
<BatchSequence><Batch><Statements>{}</Statements></Batch></BatchSequence></ShowPlanXML>"""
_STATEMENT = (
    '<StmtSimple StatementText="…" StatementId="1" StatementType="{kind}"><QueryPlan>'
    '<RelOp NodeId="0" PhysicalOp="{by}" LogicalOp="Aggregate">{objects}</RelOp></QueryPlan></StmtSimple>'
)
_OBJECT = (
    '<IndexScan><Object Database="[{0}]" Schema="[{1}]" Table="[{2}]" Index="[PK]" IndexKind="Clustered"/></IndexScan>'
)


def showplan(*kinds: str, reads: tuple[str, ...] = (), by: str = "Stream Aggregate") -> list[tuple[Any, ...]]:
    """The answer to a text under SHOWPLAN_XML: statements of those kinds, the first of which reads the tables."""
    objects = "".join(_OBJECT.format(*each.split(".")) for each in reads)
    statements = [
        _STATEMENT.format(kind=kind, by=by, objects="" if number else objects) for number, kind in enumerate(kinds)
    ]
    return [(_PLAN.format("".join(statements)),)]


def explained(*steps: tuple[str, str], first: str = "SELECT STATEMENT", never: bool = False) -> list[tuple[Any, ...]]:
    """The rows of PLAN_TABLE$: operations on tables (`owner.name`, or an empty text), under a filter if never done."""
    rows: list[tuple[Any, ...]] = [(0, None, first, None, None, None, None, None)]
    rows.append((1, 0, "FILTER", None, None, None, None, "NULL IS NOT NULL" if never else None))
    for number, (operation, of) in enumerate(steps, 2):
        owner, _, name = of.rpartition(".")
        kind = "INDEX" if operation == "INDEX" else "TABLE"
        rows.append((number, 1, operation, "FULL", owner or None, name or None, kind, None))
    return rows
