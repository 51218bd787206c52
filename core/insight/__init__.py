"""Looking inside a trained model and its data: pure functions, arrays in, frozen dataclasses out."""
