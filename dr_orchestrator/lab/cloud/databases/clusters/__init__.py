"""The DB clusters of RDS in the lab, of Aurora and in several zones: made, restored, failed over, deleted."""
