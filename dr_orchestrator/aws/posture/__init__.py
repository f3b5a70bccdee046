"""What reads how backups are kept, and changes nothing: shared by the types that are looked at."""
