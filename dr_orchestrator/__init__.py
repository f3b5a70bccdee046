"""Disaster-recovery drills on AWS: restore beside production, prove RTO and RPO, take the copies down, report."""

__version__ = "0.1.0"
