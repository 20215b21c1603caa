"""The file of those who may use a service."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

import msgspec

from adcore.errors import InvalidArgumentError
from adcore.service.passwords import hash_key, hash_password, new_key

__all__ = ["ApiKey", "User", "UsersFile", "add_key", "add_user", "read_users", "write_users"]


class User(msgspec.Struct, forbid_unknown_fields=True):
    """Who may use the service with a password."""

    password: str
    roles: tuple[str, ...] = ("all_access",)
    backend_roles: tuple[str, ...] = ()
    tenant: str | None = None


class ApiKey(msgspec.Struct, forbid_unknown_fields=True):
    """A key, which stands for a user."""

    sha256: str
    user: str


class UsersFile(msgspec.Struct, forbid_unknown_fields=True):
    """Everybody by name, and the keys by their ids."""

    users: dict[str, User] = {}
    api_keys: dict[str, ApiKey] = {}


def read_users(path: Path) -> UsersFile:
    """The users of a file.

    Raises
    ------
    InvalidArgumentError
        If it cannot be read, is no such file, or has a key of a user it does not have.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=UsersFile)
    except OSError as error:
        raise InvalidArgumentError(f"users file {str(path)!r}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise InvalidArgumentError(f"users file {str(path)!r}: {error}") from error
    for name, key in found.api_keys.items():
        if key.user not in found.users:
            raise InvalidArgumentError(
                f"users file {str(path)!r}: key {name!r} is of {key.user!r}, who is no user of it"
            )
    return found


def write_users(path: Path, users: UsersFile) -> None:
    """Replace the file at once; only its owner may read it."""
    content = msgspec.json.format(msgspec.json.encode(users), indent=2) + b"\n"
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def add_user(path: Path, name: str, password: str) -> None:
    """Put a user into a file, which is made if need be, or change the password of one.

    Raises
    ------
    InvalidArgumentError
        If nobody can be called so, or the password is empty.
    """
    if not name or ":" in name or not name.isprintable():
        raise InvalidArgumentError(f"name must be text without ':', got {name!r}")
    if not password:
        raise InvalidArgumentError("password must not be empty")
    users = read_users(path) if path.exists() else UsersFile()
    before = users.users.get(name)
    hashed = hash_password(password)
    if before is None:
        users.users[name] = User(hashed)
    else:
        before.password = hashed
    write_users(path, users)


def add_key(path: Path, name: str) -> tuple[str, str]:
    """Give a user a new key; returns its id and the key, which is kept nowhere else.

    Raises
    ------
    InvalidArgumentError
        If the file has no such user.
    """
    users = read_users(path)
    if name not in users.users:
        raise InvalidArgumentError(f"users file {str(path)!r} has no user {name!r}")
    id_, key = secrets.token_urlsafe(15), new_key()
    users.api_keys[id_] = ApiKey(hash_key(key), name)
    write_users(path, users)
    return id_, key
