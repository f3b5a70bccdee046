"""Every way there is, by its name."""

from tests.support.ways import (
    aurora_cluster,
    cloudformation_stack,
    dynamodb_table,
    ebs_volume,
    ec2_instance,
    efs_file_system,
    multi_az_cluster,
    rds_instance,
    s3_bucket,
)

TYPES = (
    rds_instance,
    aurora_cluster,
    multi_az_cluster,
    dynamodb_table,
    s3_bucket,
    ebs_volume,
    ec2_instance,
    efs_file_system,
    cloudformation_stack,
)
SPECS = {each.name: each for of in TYPES for each in of.WAYS}
