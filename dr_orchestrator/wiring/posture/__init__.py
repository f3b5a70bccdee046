"""The look at how backups are kept: reads, judges, and keeps what was seen; it can change nothing."""
