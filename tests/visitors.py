"""Visitors whose cookies a test signs by itself, as the app does or as somebody would who forges them."""

import hashlib

from itsdangerous import TimestampSigner

from core.runs import Store
from core.runs.lab import lab_of


def cookie_of(store: Store, name: str, use: str = "cookie", key: bytes = b"") -> str:
    """Return "name=value" of the cookie that makes a browser this visitor; signed for another use, with another key."""
    lab = lab_of(store.database)
    salt = f"inkling.{lab.id}.{use}"
    token = TimestampSigner(key or lab.key, salt=salt, digest_method=hashlib.sha256).sign(name).decode()
    return f"inkling_{lab.id}={token}"
