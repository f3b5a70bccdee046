"""S3 buckets: what a bucket held at an instant, copied from its versions into a bucket of the drill's own."""

from dr_orchestrator.resources.s3_bucket.type import TYPE

__all__ = ["TYPE"]
