"""Kinesis streams: replay what a stream still keeps into a new one, in another region."""

from tests.support.fake_type.type import TYPE

__all__ = ["TYPE"]
