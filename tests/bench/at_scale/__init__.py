"""What the benchmark of thousands of bots stands on, and how its results are shown."""
