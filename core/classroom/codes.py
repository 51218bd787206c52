"""Codes that people read from a wall and type: without the letters and digits that look alike, 0 O 1 I L."""

import hashlib
import hmac
import secrets
import unicodedata
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 6
REJOIN_LENGTH: Final = 4
TEACHER_LENGTH: Final = 16  # 79 bits: nobody guesses it
GROUP: Final = 4  # letters of a teacher's key between two hyphens
_SCRYPT: Final = {
    "n": 2**12,
    "r": 8,
    "p": 1,
    "dklen": 24,
}  # 10 ms: a short key is not to be had from a stolen store


def new_code(length: int = CODE_LENGTH) -> str:
    """Return a random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_teacher_key() -> str:
    """Return a random key of a teacher's, in groups: ABCD-EFGH-JKMN-PQRS."""
    code = new_code(TEACHER_LENGTH)
    return "-".join(code[start : start + GROUP] for start in range(0, TEACHER_LENGTH, GROUP))


def read_code(typed: str) -> str:
    """Return the code as it was made, whatever case, width, spaces and hyphens it was typed with."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())


def hash_secret(secret: str) -> str:
    """Return the hash of a secret that is too long to be guessed: a teacher's key, a cookie's word. 64 hex digits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def hash_short_key(key: str, salt: str) -> str:
    """Return the hash of a short key; its salt is the member's id."""
    return hashlib.scrypt(read_code(key).encode(), salt=salt.encode(), **_SCRYPT).hex()


def is_short_key(key: str, salt: str, hashed: str) -> bool:
    """Return whether it is the key that the hash was made of."""
    return hmac.compare_digest(hash_short_key(key, salt), hashed)
