"""The types that can be drilled: one package a resource type, and the one line that each of them has here."""

from dr_orchestrator.domain.resource_type import Types
from dr_orchestrator.resources import (
    aurora_cluster,
    built_environment,
    cloudformation_stack,
    dynamodb_table,
    ebs_volume,
    ec2_instance,
    efs_file_system,
    multi_az_cluster,
    rds_instance,
    s3_bucket,
)
from dr_orchestrator.resources.drillable import Drillable

TYPES: Types[Drillable] = Types(
    (
        rds_instance.TYPE,
        aurora_cluster.TYPE,
        multi_az_cluster.TYPE,
        dynamodb_table.TYPE,
        s3_bucket.TYPE,
        ebs_volume.TYPE,
        ec2_instance.TYPE,
        efs_file_system.TYPE,
        cloudformation_stack.TYPE,
        built_environment.TYPE,
    )
)
