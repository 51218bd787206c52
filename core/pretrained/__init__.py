"""The models that come with Inkling."""
