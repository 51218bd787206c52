"""Training runs in processes of their own. See core.jobs.engine.JobEngine."""
