"""The file systems of the simulated AWS, their mount targets, and the recovery points that vaults keep of them."""
