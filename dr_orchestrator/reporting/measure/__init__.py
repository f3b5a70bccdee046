"""What the records of a run or an exercise say in figures, before they are put into words."""
