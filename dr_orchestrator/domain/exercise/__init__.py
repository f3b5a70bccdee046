"""The things that exercises of people have in common: roles and who fills them, criteria, injects, ratings."""
