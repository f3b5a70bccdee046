"""EFS file systems: AWS Backup restores one beside production, and a machine of the drills mounts and reads it."""

from dr_orchestrator.resources.efs_file_system.type import TYPE

__all__ = ["TYPE"]
