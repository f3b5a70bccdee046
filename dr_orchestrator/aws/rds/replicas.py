"""Read replicas as RDS tells of them: what each replicates, whether it does, and how far it is behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.rds.described import DEFAULTS
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.recovery_point import WorstCase
from dr_orchestrator.errors import NotMeasured, NotRecoverable

SOURCE = "ReadReplicaSourceDBInstanceIdentifier"
OF_CLUSTER = "ReadReplicaSourceDBClusterIdentifier"
LAG = "cloudwatch:GetMetricStatistics"
MOST = 15
"""How many replicas RDS makes of one instance of these engines."""

CASCADES = (14, 1)
"""The version of PostgreSQL from which on RDS makes a replica of a replica."""

LOOKED_BACK, GRAIN, RECENT = timedelta(days=90), timedelta(hours=3), timedelta(minutes=15)
"""How far back CloudWatch is asked, in pieces of which it tells 1,440 at once; how old the newest lag may be."""

OF_LATE = timedelta(minutes=5)
"""How long the lag of a standing replica counts: one of PostgreSQL whose source is idle seems to be up to five minutes
behind, and what it was before that is over.
"""

ALIKE = timedelta(minutes=1)
"""How much further behind a replica of a replica may seem to be: each is asked once a minute."""

AS_A_REPLICA = "{TrueIfReplica}"
"""The value of `read_only` that RDS gives by itself: a replica takes no writes, and what is promoted does."""

PARAMETERS = "rds:DescribeDBParameters"
_OFF, _ON = ("0", "off", "false"), ("1", "on", "true")

_ENDED = ("stopped", "terminated", "replication stop point reached")
# docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.Monitoring.html

_CALL = "rds:DescribeDBInstances"
_INSTEAD = "production's own replica is never promoted: drill it by a snapshot-restore"


@dataclass(frozen=True)
class _Lag:
    """The lag in a span that begins `at`, in seconds: -1 where nothing was replicated, which the most alone hides."""

    at: datetime
    least: float
    most: float


def replicates(described: Mapping[str, Any], region: str, id: str) -> str:
    """The ARN of what an instance replicates; NotRecoverable where that is not the instance of that region and id."""
    name, found = described["DBInstanceIdentifier"], str(described.get(SOURCE) or "")
    if not found and (cluster := described.get(OF_CLUSTER)):
        hint = "a replica of a cluster is drilled by a restore of that"
        raise NotRecoverable(f"{name} replicates the cluster {cluster}, and not {id} of {region}", hint, _CALL)
    if not found:
        raise NotRecoverable(
            f"{name} is no read replica", "is it the one that stands there, or promoted already?", _CALL
        )
    account = described["DBInstanceArn"].split(":")[4]
    parts = found.split(":")
    told = (parts[3], parts[4], parts[-1]) if found.startswith("arn:") else (described["DBInstanceArn"].split(":")[3],)
    if told != (region, account, id):
        hint = "see `replicates` in the drill"
        raise NotRecoverable(f"{name} replicates {found}, and not {id} of {region}", hint, _CALL)
    return found


def healthy(described: Mapping[str, Any]) -> bool:
    """Whether RDS says that an instance replicates."""
    told = _told(described)
    return bool(told) and all(each.get("Normal") and each.get("Status") == "replicating" for each in told)


def ended(described: Mapping[str, Any]) -> bool:
    """Whether somebody, or RDS for good, ended the replication of an instance: what is in error may go on by itself."""
    return any(each.get("Status") in _ENDED for each in _told(described))


def _told(described: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in described.get("StatusInfos") or () if each.get("StatusType") == "read replication"]


def replicating(described: Mapping[str, Any]) -> str:
    """The words of RDS on the replication of an instance; NotRecoverable where it does not replicate."""
    name = described["DBInstanceIdentifier"]
    if not healthy(described):
        told = (f"{each.get('Status')} {each.get('Message') or ''}".strip() for each in _told(described))
        words = ", ".join(told) or "nothing"
        raise NotRecoverable(f"{name} does not replicate: RDS tells {words}", "mend its replication first", _CALL)
    return f"{name} is replicating"


def makes_replicas(described: Mapping[str, Any]) -> str:
    """That RDS makes a replica of a replica; NotRecoverable where its engine, version or backups are against that."""
    name, engine, version = (str(described.get(key, "")) for key in ("DBInstanceIdentifier", "Engine", "EngineVersion"))
    known = engines.called(engine)
    if known not in (engines.POSTGRES, engines.MYSQL, engines.MARIADB) or engine.startswith("aurora"):
        raise NotRecoverable(f"RDS makes no replica of a replica of {engine}", _INSTEAD, _CALL)
    numbers = tuple(int(each) for each in re.findall(r"\d+", version)[:2])
    if known is engines.POSTGRES and numbers < CASCADES:
        told = f"{name} is of PostgreSQL {version}, and RDS makes a replica of a replica from 14.1 on"
        raise NotRecoverable(told, f"upgrade it; {_INSTEAD}", _CALL)
    if not described.get("BackupRetentionPeriod"):
        hint = "give the standing replica backups: aws rds modify-db-instance --backup-retention-period 1"
        raise NotRecoverable(f"{name} has no automated backups, without which RDS makes no replica of it", hint, _CALL)
    return f"{engine} {version}, backups of {described['BackupRetentionPeriod']} days"


def takes_no_writes(account: Account, described: Mapping[str, Any]) -> str:
    """That an instance takes no writes while it replicates, and does once it is promoted, by its parameter group: of
    MySQL and MariaDB alone, where that says (`read_only`). NotMeasured where it takes some all the while: a heartbeat
    there proves no replication. NotRecoverable where it never does.
    """
    name, engine = str(described["DBInstanceIdentifier"]), str(described.get("Engine", ""))
    if engines.called(engine) not in (engines.MYSQL, engines.MARIADB):
        raise NotApplicable(f"no parameter of {engine} says whether a replica takes writes: none does")
    group = str((described.get("DBParameterGroups") or [{}])[0].get("DBParameterGroupName") or "")
    told = "" if group.startswith(DEFAULTS) or not group else _read_only(account, group)
    if told.lower() in ("", AS_A_REPLICA.lower()):
        return f"read_only is {AS_A_REPLICA} in {group or 'its parameter group'}"
    hint = f"let read_only be {AS_A_REPLICA} there, as RDS has it"
    if told.lower() in _OFF:
        message = f"{name} takes writes while it replicates (read_only is {told} in {group}): a heartbeat there proves"
        raise NotMeasured(f"{message} no replication", hint, PARAMETERS)
    if told.lower() in _ON:
        message = f"what is promoted of {name} would take no writes (read_only is {told} in {group})"
        raise NotRecoverable(message, hint, PARAMETERS)
    raise Doubt(f"read_only is {told} in {group}: whether {name} takes writes is seen in the run's own; {hint}")


def _read_only(account: Account, group: str) -> str:
    """The parameter as somebody set it in a group of the team's own; empty where nobody did."""
    told = account.api("rds").pages("DescribeDBParameters", "Parameters", DBParameterGroupName=group, Source="user")
    return next(
        (str(each.get("ParameterValue") or "") for each in told if each.get("ParameterName") == "read_only"), ""
    )


def room(described: Mapping[str, Any], others: Iterable[Mapping[str, Any]], vpc: str, own: str = "") -> str:
    """That another replica may be made of an instance, in a VPC, or is by now the run's `own`; `others` are those of
    its region.
    """
    name, known = described["DBInstanceIdentifier"], described.get("ReadReplicaDBInstanceIdentifiers") or ()
    there = [*(each for each in known if each != own), *(described.get("ReadReplicaDBClusterIdentifiers") or ())]
    told = f"{counted(len(there), 'replica')} of {MOST} of {name}"
    if len(there) >= MOST:
        raise NotRecoverable(told, "RDS makes no more of one instance", _CALL)
    for each in others:
        if (stands := str(each.get("DBSubnetGroup", {}).get("VpcId", ""))) != vpc:
            hint = f"put the drill's copies into a subnet group of {stands} (`isolation` at the resource)"
            called = each["DBInstanceIdentifier"]
            raise NotRecoverable(
                f"RDS puts all replicas of {name} into {stands}, as {called}, and not {vpc}", hint, _CALL
            )
    return told


def behind(account: Account, name: str, now: datetime) -> str:
    """How far a replica was behind, as its engine last told CloudWatch; NotRecoverable where it replicated nothing."""
    told = _lags(account, name, now - RECENT, now, timedelta(minutes=1))
    if not told:
        raise NotMeasured(f"CloudWatch has no ReplicaLag of {name} of the last {format_duration(RECENT)}", call=LAG)
    newest = max(told, key=lambda each: each.at)
    if newest.least < 0:
        replicated = f"{name} replicated nothing at {newest.at:%H:%M:%S} UTC (ReplicaLag {newest.least:g})"
        raise NotRecoverable(replicated, call=LAG)
    lag = format_duration(timedelta(seconds=newest.most))
    return f"{lag} behind at {newest.at:%Y-%m-%d %H:%M:%S} UTC (ReplicaLag)"


def caught_up(account: Account, name: str, source: str, now: datetime) -> bool | None:
    """Whether a replica that was just made lies no further behind than the one that it is made of, by both engines'
    words to CloudWatch, which has one for each minute: its newest is held to the largest that the other had of late.
    None where there is none of it yet.
    """
    own = _lags(account, name, now - RECENT, now, timedelta(minutes=1))
    if not own:
        return None
    newest = max(own, key=lambda each: each.at)
    told = _lags(account, source, now - RECENT, now, timedelta(minutes=1))
    since = max((each.at for each in told), default=now) - OF_LATE
    most = max((each.most for each in told if each.at >= since), default=0.0)
    return newest.least >= 0 and newest.most <= max(most, 0.0) + ALIKE.total_seconds()


def worst_case(account: Account, described: Mapping[str, Any], until: datetime) -> WorstCase | None:
    """The largest lag of 90 days, as its engine told CloudWatch; None where that knows nothing."""
    name, since = described["DBInstanceIdentifier"], until - LOOKED_BACK
    told = sorted(_lags(account, name, since, until, GRAIN), key=lambda each: each.at)
    if not told:
        return None
    due = max(since, described.get("InstanceCreateTime") or since)
    times = [due, *(each.at for each in told), until]
    silent = max(later - earlier for earlier, later in pairwise(times))
    source = f"largest ReplicaLag of {name}, of {format_duration(until - told[0].at)}"
    if silent > 2 * GRAIN:
        source += f"; CloudWatch has none of {format_duration(silent)} in between"
    if deaf := sum(each.least < 0 for each in told):
        source += f"; it replicated nothing in {counted(deaf, 'span')} of {format_duration(GRAIN)}"
    most = max(each.most for each in told)
    return WorstCase(timedelta(seconds=max(most, 0.0)), source, whole=silent <= 2 * GRAIN and not deaf)


def _lags(account: Account, name: str, since: datetime, until: datetime, period: timedelta) -> list[_Lag]:
    told = account.api("cloudwatch").call(
        "GetMetricStatistics",
        Namespace="AWS/RDS",
        MetricName="ReplicaLag",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": name}],
        StartTime=since,
        EndTime=until,
        Period=int(period.total_seconds()),
        Statistics=["Maximum", "Minimum"],
    )
    return [
        _Lag(each["Timestamp"], float(each["Minimum"]), float(each["Maximum"])) for each in told.get("Datapoints") or ()
    ]
