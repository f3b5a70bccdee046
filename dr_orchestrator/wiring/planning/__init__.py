"""What is looked at and reckoned before a drill starts."""
