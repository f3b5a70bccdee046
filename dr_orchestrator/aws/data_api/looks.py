"""The looks at a source before a copy of it is asked by the Data API: what AWS has none of is told before a restore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.data_api.opening import ENABLED
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.errors import NotMeasured

# docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.Aurora_Fea_Regions_DB-eng.Feature.Data_API.html
LEAST: Mapping[int, int] = {13: 11, 14: 8, 15: 3, 16: 1}
"""The least minor version of each major one of Aurora PostgreSQL that has it; every later major one does."""

_ADDRESS = "leave out `via`, and drill where its copies can be reached"


def look(engine: str, version: str, kind: str, where: str) -> str:
    """The bounds of the Data API of that engine, version and class of instance; NotMeasured where there is none.

    `where` is the place of the declaration.
    """
    place = f" ({where})" if where else ""
    if engine != "aurora-postgresql":
        raise NotMeasured(f"{engine} is not asked by the Data API{place}", _ADDRESS)
    if not has_one(version):
        least = ", ".join(f"{major}.{minor}" for major, minor in LEAST.items())
        raise NotMeasured(f"Aurora PostgreSQL {version} has no Data API{place}: from {least} on it does", _ADDRESS)
    if kind.startswith("db.t"):
        raise NotMeasured(f"instances of class {kind} have no Data API{place}", _ADDRESS)
    return f"{engine} {version}, {kind}: statements of 45 s and answers of 1 MiB at most"


def has_one(version: str) -> bool:
    """Whether Aurora PostgreSQL of that version has a Data API."""
    major, _, minor = version.partition(".")
    try:
        return int(major) > max(LEAST) or int(minor.partition(".")[0] or 0) >= LEAST[int(major)]
    except (KeyError, ValueError):
        return False


def offered(account: Account, source: Mapping[str, Any], version: str, kind: str) -> str:
    """Whether AWS offers the Data API in the region, of that version and class of instance; a Doubt where it does not.

    A source that has one there proves it by that.
    """
    if source.get(ENABLED):
        return f"the source has one in {account.region}"
    given = {"Engine": source["Engine"], "EngineVersion": version, "DBInstanceClass": kind}
    found = list(account.api("rds").pages("DescribeOrderableDBInstanceOptions", "OrderableDBInstanceOptions", **given))
    if any(each.get("SupportsHttpEndpoint") for each in found):
        return f"AWS offers one in {account.region}"
    told = f"AWS offers no {kind} of {source['Engine']} {version} with a Data API in {account.region}"
    raise Doubt(f"{told}: it may refuse to enable the copy's; else {_ADDRESS}")


def of_source(described: Mapping[str, Any], name: str, *, reads: bool) -> str:
    """Whether the source can be asked, too, where a check is to read it; a Doubt where it cannot."""
    if described.get(ENABLED):
        return f"{name} has one of its own"
    if reads:
        told = f"{name} itself has none: what a check is to read of it cannot be told"
        raise Doubt(f"{told}, and where that is mandatory the drill ends inconclusive: enable it there, too")
    return f"{name} itself is asked nothing"
