"""The objects of a bucket: which there were at an instant, how they are copied, compared and read."""
