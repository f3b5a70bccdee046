"""Large-incident drills: many sites at once, restored in waves from the containers that they share."""
