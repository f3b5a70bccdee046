"""What commands say in a terminal, beside their tables."""
