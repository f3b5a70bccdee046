"""Trackers of our own: real HTTP servers on loopback that speak as Jira, GitHub and GitLab do."""
