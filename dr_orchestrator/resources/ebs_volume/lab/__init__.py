"""The volumes of the simulated AWS, their snapshots, and the machine that reads them."""
