"""Other names of indices."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Any

from adcore.store.errors import IllegalRequestError

__all__ = ["Alias"]


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of one or several indices: options (``filter``, ...) by index."""

    name: str
    indices: MappingABC[str, MappingABC[str, Any]]

    def write_index(self) -> str:
        """The index that writes to the alias go to.

        Raises
        ------
        IllegalRequestError
            If several could be meant.
        """
        marked = [n for n, options in self.indices.items() if options.get("is_write_index")]
        if len(marked) == 1:
            return marked[0]
        if len(self.indices) == 1:
            (name, options), *_ = self.indices.items()
            if options.get("is_write_index") is not False:
                return name
        raise IllegalRequestError(
            f"no write index is defined for alias [{self.name}]. The write index may be explicitly "
            "disabled using is_write_index=false or the alias points to multiple indices without "
            "one being designated as a write index"
        )

    @property
    def has_write_index(self) -> bool:
        """Whether it is known which index writes to it go to."""
        marked = [o for o in self.indices.values() if o.get("is_write_index")]
        return len(marked) == 1 or len(self.indices) == 1
