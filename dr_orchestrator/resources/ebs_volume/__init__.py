"""EBS volumes: restore a snapshot into a volume beside production, and have a machine of the drills read it."""

from dr_orchestrator.resources.ebs_volume.type import TYPE

__all__ = ["TYPE"]
