"""The machines of the simulated AWS: none is simulated, and their scripts are run by this one's shell."""
