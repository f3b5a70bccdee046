"""What AWS Backup keeps and restores: vaults, their recovery points, and the jobs that make copies of these."""
