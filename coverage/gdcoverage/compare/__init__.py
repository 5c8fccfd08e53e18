"""What changed between two days: people gained and lost, and why; the rate month by month."""
