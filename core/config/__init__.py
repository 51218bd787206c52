"""What decides a run's numbers: RunConfig, presets and addresses; and what this installation allows."""
