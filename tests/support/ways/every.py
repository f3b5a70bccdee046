"""Every way there is, by its name."""

from tests.support.ways import aurora_cluster, cloudformation_stack, dynamodb_table, rds_instance

TYPES = (rds_instance, aurora_cluster, dynamodb_table, cloudformation_stack)
SPECS = {each.name: each for of in TYPES for each in of.WAYS}
