"""The trackers of teams: a folder of Markdown, Jira, GitHub, GitLab; and the sync that brings findings there, once."""
