"""Every way there is, by its name."""

from tests.support.ways import cloudformation_stack, dynamodb_table, rds_instance

SPECS = {each.name: each for of in (rds_instance, dynamodb_table, cloudformation_stack) for each in of.WAYS}
