"""Logins to the databases of RDS: what Secrets Manager and IAM give, TLS, and a new password for a copy."""
