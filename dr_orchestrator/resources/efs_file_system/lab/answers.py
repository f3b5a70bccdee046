"""The answers of EFS that moto does not have."""

from __future__ import annotations

import json
from typing import Any

from moto.efs.exceptions import EFSError
from moto.efs.responses import EFSResponse


def _replications(self: Any) -> Any:
    """Those that were set up by hand; of a file system without one EFS says so by an error."""
    wanted, found = self._get_param("FileSystemId"), self.efs_backend.replications
    if wanted:
        found = [each for each in found if wanted in str(each)]
        if not found:
            raise _NoReplication("ReplicationNotFound", f"File system '{wanted}' is not replicated.")
    return json.dumps({"Replications": found}), {"Content-Type": "application/json"}


def _backups(self: Any) -> Any:
    """Whether it is backed up by itself is as it is put: EFS is a while at it, and says so."""
    wanted = json.loads(self.body)["BackupPolicy"]["Status"]
    found = self.efs_backend.file_systems_by_id[self._get_param("FileSystemId")]
    found._backup = wanted == "ENABLED"
    return json.dumps({"BackupPolicy": {"Status": f"{wanted[:-2]}ING"}}), {"Content-Type": "application/json"}


class _NoReplication(EFSError):
    code = 404


PATCHES = (
    (EFSResponse, "describe_replication_configurations", _replications),
    (EFSResponse, "put_backup_policy", _backups),
)
