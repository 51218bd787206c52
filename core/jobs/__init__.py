"""Training runs in processes of their own. See JobEngine."""

from core.jobs.engine import Capacity, EmbeddedEngine, JobEngine

__all__ = ["Capacity", "EmbeddedEngine", "JobEngine"]
