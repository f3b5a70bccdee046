"""Read replicas as RDS makes and promotes them, behind each a server that follows its source's; and their lag."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from moto.cloudwatch.models import CloudWatchBackend
from moto.rds.exceptions import DBInstanceNotFoundError, InvalidParameterCombination, RDSClientError
from moto.rds.models import DBInstance, RDSBackend, rds_backends

from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.databases import places
from dr_orchestrator.lab.cloud.databases.windows import aware
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import naive, world
from dr_orchestrator.resources.rds_instance.lab.models import Instance, wrong_state
from dr_orchestrator.resources.rds_instance.lab.standby import Standbys

_NOTICED = 8.0
"""Lab seconds after which the state shows that one is being promoted."""

_MOST = 15
_AT_ONCE = 1440
"""The most values of a metric that CloudWatch tells at once."""

_BY_MOTO = CloudWatchBackend.get_metric_statistics


class Replicas(Standbys):
    """Of one account's RDS in one region: instances that replicate others."""

    def create_db_instance_read_replica(self, db_kwargs: Any) -> DBInstance:
        """A replica of an instance that has backups, named by its ARN where that is of another region."""
        given = dict(db_kwargs.items())
        source = self._replicated_by(str(given["source_db_instance_identifier"]))
        if not source.backup_retention_period:
            told = "Automated backups are not enabled for this database instance."
            raise RDSClientError("InvalidDBInstanceState", told)
        if source.status != "available" and not world().hurried:  # whose server is still being made
            raise wrong_state(f"Instance {source.db_instance_identifier} is {source.status}.")
        if len(source.replicas) >= _MOST:
            raise wrong_state(f"{source.db_instance_identifier} has {_MOST} read replicas already.")
        if source.backend is not self and source.storage_encrypted and not given.get("kms_key_id"):
            raise InvalidParameterCombination("KmsKeyId is required for an encrypted replica in another region.")
        told = f"DB instance {source.db_instance_identifier}"
        alone = {"backup_retention_period": 0, "multi_az": False} | given
        asked = ("CreateDBInstanceReadReplica", given["db_instance_identifier"])
        made = cast(Instance, cast(Any, self)._restored(*asked, source, alone, told))
        self._one_network(source, made)
        made.source_db_instance_identifier, made.is_replica = _named(source, self), True
        source.add_replica(made)
        plane = places.behind(str(source.engine))
        if plane is not None and source.database is not None and not made.timeline.final.startswith("incompatible"):
            closed = places.apart(self, made.vpc_security_group_ids, made.db_instance_identifier)
            made.database = plane.follow(made.dbi_resource_id, source.database.key, apart=closed)
        return made

    def promote_read_replica(self, db_kwargs: Any) -> DBInstance:
        """Have a replica serve by itself: what it has heard of its source by then is there, and no more comes."""
        given = dict(db_kwargs.items())
        instance = cast(Instance, self.describe_db_instances(given["db_instance_identifier"])[0])
        if not instance.source_db_instance_identifier:
            raise wrong_state("DB Instance is not a read replica.")
        if instance.status != "available" or instance.promoting:
            raise wrong_state(f"Instance {instance.db_instance_identifier} is {instance.status}.")
        retention = int(given.get("backup_retention_period", 1))
        if instance.replicas and not retention:
            raise InvalidParameterCombination("Backups cannot be switched off of what is a source of read replicas.")
        fate = world().faults.fate("rds", "PromoteReadReplica", instance.db_instance_identifier)
        states = [("available", _NOTICED), ("modifying", lifecycle.PROMOTE)]
        instance.timeline, instance.changing = passing(states, "available", fate), "modifying"
        if instance.timeline.final == "available" and fate != "stuck":
            instance.promoting = True
            if instance.database is not None:
                instance.database.promote()
            world().agenda.at(instance.timeline.ends, partial(self._promoted, instance, retention))
        return instance

    def forget_replica(self, instance: Instance) -> None:
        """Have what a replica replicates know it no more."""
        named, instance.source_db_instance_identifier = instance.source_db_instance_identifier, None
        if not named:
            return
        source = self._replicated_by(str(named))
        own = (instance.db_instance_identifier, instance.db_instance_arn)
        source.replicas = [each for each in source.replicas if each not in own]

    def _promoted(self, instance: Instance, retention: int) -> None:
        if self.databases.get(instance.db_instance_identifier) is instance:
            self.forget_replica(instance)
            instance.is_replica, instance.promoting, instance.backup_retention_period = False, False, retention
            self._say(instance, world().now(), "Promoted the Read Replica to a stand-alone database.", "read replica")

    def _replicated_by(self, named: str) -> Instance:
        parts = named.split(":")
        there: RDSBackend = rds_backends[parts[4]][parts[3]] if named.startswith("arn:") else self
        found = there.databases.get(parts[-1])
        if not isinstance(found, Instance):
            raise DBInstanceNotFoundError(named)
        return found

    def _one_network(self, source: Instance, made: Instance) -> None:
        """Refuse a replica in another VPC than the others of its region."""
        for name in source.replicas:
            other = self.databases.get(name)
            if other is not None and other.db_subnet_group.vpc_id != made.db_subnet_group.vpc_id:
                self.databases.pop(made.db_instance_identifier)
                told = f"The read replicas of {source.db_instance_identifier} are in {other.db_subnet_group.vpc_id}."
                raise InvalidParameterCombination(told)


def _named(source: Instance, backend: RDSBackend) -> str:
    """How a replica of a region names what it replicates."""
    return str(source.db_instance_identifier if source.backend is backend else source.db_instance_arn)


def lag(instance: Instance) -> float:
    """How far a replica is behind, in lab seconds, as RDS tells CloudWatch; -1 where it replicates nothing."""
    if instance.deaf:
        return -1.0
    if instance.database is None or not instance.database.serving:
        return 0.0
    replayed = instance.database.replayed()
    return max(0.0, (world().now() - replayed).total_seconds()) if replayed else 0.0


def _statistics(self: CloudWatchBackend, namespace: str, metric_name: str, *args: Any, **given: Any) -> Any:
    """As moto; of replicas their lag, which nobody has to put: what it is now, as if it had been so all along."""
    if (namespace, metric_name) != ("AWS/RDS", "ReplicaLag"):
        return _BY_MOTO(self, namespace, metric_name, *args, **given)
    since, until, period = aware(args[0]), min(aware(args[1]), world().now()), timedelta(seconds=int(args[2]))
    if (until - since) / period > _AT_ONCE:
        raise RDSClientError("InvalidParameterCombination", f"You have requested more than {_AT_ONCE} datapoints.")
    named = {each["Name"]: each["Value"] for each in given.get("dimensions") or ()}
    found = rds_backends[self.account_id][self.region_name].databases.get(named.get("DBInstanceIdentifier", ""))
    if not isinstance(found, Instance) or not found.source_db_instance_identifier:
        return []
    since, seconds, told = max(since, aware(found.instance_create_time)), lag(found), list[dict[str, Any]]()
    at = until - period
    while at > since - period:
        told.append({"Timestamp": _whole(max(at, since)), "Minimum": seconds, "Maximum": seconds, "Unit": "Seconds"})
        at -= period
    return told


def _whole(at: datetime) -> datetime:
    return naive(at.replace(microsecond=0))


PATCHES = ((CloudWatchBackend, "get_metric_statistics", _statistics),)
