"""A made-up history of a company's exercises of people: told as seeded wherever it is shown, never as evidence."""
