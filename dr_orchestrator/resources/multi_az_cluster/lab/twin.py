"""Multi-AZ DB clusters as AWS does them: their three instances come and go with them."""

from __future__ import annotations

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.databases import events, logins, quotas
from dr_orchestrator.lab.cloud.databases.clusters import answers, vaulted
from dr_orchestrator.lab.cloud.databases.clusters.backend import Clusters
from dr_orchestrator.lab.cloud.vaulting import Restores
from dr_orchestrator.lab.twin import Twin
from dr_orchestrator.resources.multi_az_cluster.lab import company

TWIN = Twin(
    backends=((rds_backends, Clusters),),
    patches=(*answers.PATCHES, *events.PATCHES, *quotas.PATCHES, *logins.PATCHES),
    vaulted={"RDS:cluster": Restores(vaulted.metadata, vaulted.restore, vaulted.NEEDS)},
    make=company.make,
    fill=company.fill,
)
