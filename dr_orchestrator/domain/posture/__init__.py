"""The state of backups as they stand, before any drill: what AWS told of them, held to what a tier wants."""
