"""Real PostgreSQL behind the simulated RDS: clusters, base backups, archived WAL, recovery to an instant."""
