"""Parameters of requests: which an endpoint knows, and what their texts say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from adcore.service.errors import illegal_argument

__all__ = ["COMMON_PARAMETERS", "check_parameters", "to_boolean"]

COMMON_PARAMETERS = ("error_trace", "filter_path", "format", "human", "pretty")


def to_boolean(text: str) -> bool:
    """The value of a boolean parameter; scripts in Python send ``True`` for it.

    Raises
    ------
    ApiError
        If it is neither ``true`` nor ``false`` nor empty.
    """
    word = text.lower()
    if word in ("", "true"):
        return True
    if word == "false":
        return False
    raise illegal_argument(f"Failed to parse value [{text}] as only [true] or [false] are allowed.")


def check_parameters(path: str, given: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Raise an ApiError if there is a parameter that the endpoint does not know."""
    unknown = sorted(name for name in given if name not in known and name not in COMMON_PARAMETERS)
    if not unknown:
        return
    candidates = (*known, *COMMON_PARAMETERS)
    named = ", ".join(f"[{name}]{_did_you_mean(name, candidates)}" for name in unknown)
    plural = "s" if len(unknown) > 1 else ""
    raise illegal_argument(f"request [{path}] contains unrecognized parameter{plural}: {named}")


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    """What to say behind a name that nobody knows.

    >>> _did_you_mean("prety", COMMON_PARAMETERS)
    ' -> did you mean [pretty]?'
    """
    close = get_close_matches(name, known, cutoff=0.6)
    if not close:
        return ""
    if len(close) == 1:
        return f" -> did you mean [{close[0]}]?"
    return f" -> did you mean any of [{', '.join(close)}]?"
