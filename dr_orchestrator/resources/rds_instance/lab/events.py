"""The events of RDS when it backs an instance up."""

BEGUN, FINISHED = "Backing up DB instance", "Finished DB instance backup"
