"""Settings that clients change while the service runs, and that its store keeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from adcore.query.intervals import parse_duration
from adcore.service.errors import illegal_argument, validation_error
from adcore.service.flat_settings import flat_settings, setting_text
from adcore.service.node import IDENTITY_INDEX
from adcore.service.parameters import to_boolean
from adcore.store.store import Store

__all__ = ["ClusterSetting", "ClusterSettings"]

_DOCUMENT = "settings"
_KINDS = ("persistent", "transient")


@dataclass(frozen=True, slots=True)
class ClusterSetting:
    """One setting.

    Attributes
    ----------
    names : tuple of str
        Its names, the present one first.
    default : bool, int, float or str
        What it is unless a client says otherwise. A text is a length of time, such as ``12h``.
    apply : callable
        Is given what it is from now on; a length of time in milliseconds.
    least, most : number, optional
        The range of a number.
    """

    names: tuple[str, ...]
    default: Any
    apply: Callable[[Any], None]
    least: float | None = None
    most: float | None = None

    @property
    def unset(self) -> Any:
        """The default, as it is applied."""
        is_time = isinstance(self.default, str)
        return parse_duration(self.names[0], self.default) if is_time else self.default

    def parse(self, name: str, text: str) -> Any:
        """What a text stands for.

        Raises
        ------
        ApiError, SearchError
            If it is not allowed.
        """
        if isinstance(self.default, bool):
            return to_boolean(text)
        if isinstance(self.default, str):
            return parse_duration(name, text)
        try:
            number = type(self.default)(text)
        except ValueError:
            raise illegal_argument(f"Failed to parse value [{text}] for setting [{name}]") from None
        for is_beyond, limit in (
            (self.least is not None and not number >= self.least, f">= {self.least}"),
            (self.most is not None and not number <= self.most, f"<= {self.most}"),
        ):
            if is_beyond:
                raise illegal_argument(
                    f"Failed to parse value [{text}] for setting [{name}] must be {limit}"
                )
        return number


class ClusterSettings:
    """The settings of a service: transient ones count before persistent ones.

    Parameters
    ----------
    store : Store
        Keeps the persistent ones.
    """

    def __init__(self, store: Store) -> None:
        self._documents = store.documents
        self._known: dict[str, ClusterSetting] = {}
        self._lock = threading.Lock()
        self._given: dict[str, dict[str, str]] = {"persistent": self._kept(), "transient": {}}

    def _kept(self) -> dict[str, str]:
        if not self._documents.exists(IDENTITY_INDEX):
            return {}
        found = self._documents.get(IDENTITY_INDEX, _DOCUMENT)
        if found is None:
            return {}
        text = msgspec.json.decode(found.source, type=dict[str, str])["persistent"]
        return msgspec.json.decode(text, type=dict[str, str])

    def register(self, settings: Sequence[ClusterSetting]) -> None:
        """Make settings known; what was kept of them holds from now on."""
        with self._lock:
            for setting in settings:
                self._known |= dict.fromkeys(setting.names, setting)
                self._apply(setting)

    @property
    def given(self) -> dict[str, dict[str, str]]:
        """What clients have set, by whole names: ``persistent`` and ``transient``."""
        with self._lock:
            return {kind: dict(given) for kind, given in self._given.items()}

    @property
    def defaults(self) -> dict[str, str]:
        """The settings that no client has set."""
        given = {name for names in self.given.values() for name in names}
        return {
            setting.names[0]: setting_text(setting.default)
            for setting in dict.fromkeys(self._known.values())
            if given.isdisjoint(setting.names)
        }

    def change(self, body: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """Set what a request says, all of it or nothing; null takes a setting back.

        Returns
        -------
        dict
            What was set, ``persistent`` and ``transient``.

        Raises
        ------
        ApiError, SearchError
        """
        unknown = next((key for key in body if key not in _KINDS), None)
        if unknown is not None:
            raise illegal_argument(
                f"unknown field [{unknown}], expected one of {', '.join(_KINDS)}"
            )
        wanted = {kind: _texts(body.get(kind) or {}) for kind in _KINDS}
        if not any(wanted.values()):
            raise validation_error("no settings to update")
        for kind, given in wanted.items():
            for name, text in given.items():
                self._check(kind, name, text)
        with self._lock:
            for kind, given in wanted.items():
                merged = self._given[kind] | given
                self._given[kind] = {n: text for n, text in merged.items() if text is not None}
            if wanted["persistent"]:
                self._keep()
            changed = {name for given in wanted.values() for name in given}
            for setting in dict.fromkeys(self._known[name] for name in sorted(changed)):
                self._apply(setting)
        return {
            kind: {n: text for n, text in given.items() if text is not None}
            for kind, given in wanted.items()
        }

    def _check(self, kind: str, name: str, text: str | None) -> None:
        if name not in self._known:
            raise illegal_argument(f"{kind} setting [{name}], not recognized")
        if text is not None:
            self._known[name].parse(name, text)

    def _keep(self) -> None:
        text = msgspec.json.encode(self._given["persistent"]).decode()
        self._documents.index(IDENTITY_INDEX, {"persistent": text}, _DOCUMENT)

    def _apply(self, setting: ClusterSetting) -> None:
        given = [
            (name, self._given[kind][name])
            for kind in reversed(_KINDS)
            for name in setting.names
            if name in self._given[kind]
        ]
        setting.apply(setting.parse(*given[0]) if given else setting.unset)


def _texts(given: Any) -> dict[str, str | None]:
    """The settings of a request by their whole names."""
    if not isinstance(given, Mapping):
        raise illegal_argument(f"settings must be an object, got [{given}]")
    texts: dict[str, str | None] = {}
    for name, value in flat_settings(given):
        if isinstance(value, list):
            raise illegal_argument(f"Failed to parse value [{value}] for setting [{name}]")
        texts[name] = setting_text(value)
    return texts
