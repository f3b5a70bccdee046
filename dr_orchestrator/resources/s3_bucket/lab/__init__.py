"""The bucket in the simulated AWS: its twin shares no code with what restores one."""
