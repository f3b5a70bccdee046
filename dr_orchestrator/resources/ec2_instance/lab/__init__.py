"""The machines of the simulated AWS as drills meet them: images of them, and what is started of those."""
