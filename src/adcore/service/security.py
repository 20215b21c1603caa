"""Who a request is from, by password or key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict

import anyio
import anyio.to_thread

from adcore.service.passwords import hash_password, is_key, is_password
from adcore.service.settings import Principal
from adcore.service.users_file import UsersFile

__all__ = ["KnownUsers"]

# Passwords tried at a time: each takes memory and a processor.
_TRIES = 2
_REMEMBERED = 1_024


class KnownUsers:
    """The users of a file.

    Passwords that were right are remembered by a hash with a secret of this process, so that only
    the first request of each client waits for scrypt.
    """

    def __init__(self, users: UsersFile) -> None:
        self._users = users
        self._secret = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, str] = OrderedDict()
        self._tries = anyio.CapacityLimiter(_TRIES)
        # Tried for names that nobody has, so that they take as long as those of users.
        self._nobody = hash_password(secrets.token_urlsafe(16))

    async def authenticate(self, authorization: str) -> Principal | None:
        """The user that ``Basic`` or ``ApiKey`` credentials prove; None if they prove none."""
        scheme, _, encoded = authorization.strip().partition(" ")
        try:
            name, colon, proof = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        if not colon:
            return None
        if scheme.lower() == "basic":
            return await self._by_password(name, proof)
        return self._by_key(name, proof) if scheme.lower() == "apikey" else None

    async def _by_password(self, name: str, password: str) -> Principal | None:
        # The length of the name keeps "ab" + "c" and "a" + "bc" apart.
        text = f"{len(name)}:{name}:{password}".encode()
        mark = hmac.digest(self._secret, text, hashlib.sha256)
        if mark in self._right:
            self._right.move_to_end(mark)
            return self._principal(name)
        user = self._users.users.get(name)
        kept = self._nobody if user is None else user.password
        is_right = await anyio.to_thread.run_sync(is_password, password, kept, limiter=self._tries)
        if user is None or not is_right:
            return None
        self._right[mark] = name
        if len(self._right) > _REMEMBERED:
            self._right.popitem(last=False)
        return self._principal(name)

    def _by_key(self, id_: str, key: str) -> Principal | None:
        kept = self._users.api_keys.get(id_)
        # An unknown id is compared too, with what no key has as its hash.
        is_right = is_key(key, "" if kept is None else kept.sha256)
        return self._principal(kept.user) if kept is not None and is_right else None

    def _principal(self, name: str) -> Principal:
        user = self._users.users[name]
        return Principal(name, user.backend_roles, user.roles, (), user.tenant)
