"""Training: `for event in train(data, config): ...` (see loop), any model and optimizer."""
