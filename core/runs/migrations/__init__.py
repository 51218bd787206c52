"""The history of the store's schema: one migration a version in `versions/`, run by Alembic. See docs/store.md."""
