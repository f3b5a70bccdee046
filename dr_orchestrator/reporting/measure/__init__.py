"""The figures in the records of a run or an exercise, before they are put into words."""
