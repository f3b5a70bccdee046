"""The kits of all that AWS Backup keeps and restores: vaults, recovery points, and the jobs that make copies."""
