"""Passwords and keys, kept so that whoever reads the file cannot use them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

__all__ = ["hash_key", "hash_password", "is_key", "is_password", "new_key"]

# 32 MiB and some 80 ms for each guess.
_COST, _BLOCK, _LANES = 2**15, 8, 1
_MEMORY = 64 * 1024 * 1024
_LONGEST = 1_024


def hash_password(password: str) -> str:
    """What is kept of a password: scrypt with its parameters and a salt of its own.

    >>> is_password("secret", hash_password("secret"))
    True
    """
    salt = secrets.token_bytes(16)
    made = _scrypt(password, salt, _COST, _BLOCK, _LANES)
    return f"scrypt${_COST}${_BLOCK}${_LANES}${_text(salt)}${_text(made)}"


def is_password(password: str, kept: str) -> bool:
    """Whether a password is the one that is kept; in a time that does not tell how near it is."""
    try:
        kind, cost, block, lanes, salt, expected = kept.split("$")
        numbers = int(cost), int(block), int(lanes)
        raw = base64.b64decode(salt), base64.b64decode(expected)
    except (ValueError, binascii.Error):
        return False
    if kind != "scrypt" or len(password) > _LONGEST:
        return False
    return hmac.compare_digest(_scrypt(password, raw[0], *numbers), raw[1])


def new_key() -> str:
    """A key that nobody guesses: 32 bytes of chance as text."""
    return secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """What is kept of a key. It is too long to be guessed, so a fast hash is enough."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def is_key(key: str, kept: str) -> bool:
    """Whether a key is the one that is kept."""
    return hmac.compare_digest(hash_key(key), kept)


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    raw = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(raw, salt=salt, n=cost, r=block, p=lanes, maxmem=_MEMORY, dklen=32)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
