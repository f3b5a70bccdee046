"""The reads of AWS Backup's vaults by which a look at backups finds copies in another region, and those locked for
good.
"""

from __future__ import annotations

READS = frozenset({"backup:ListBackupVaults", "backup:ListRecoveryPointsByBackupVault"})
APART = "a tier wants a copy in another region"
IMMUTABLE = "a tier wants backups that nobody can delete"
WHEN = dict.fromkeys(READS, f"{APART}, or {IMMUTABLE.removeprefix('a tier wants ')}")
