"""Game days, as commands and the console share them: opened, acted on, followed; their drills started and stopped."""
