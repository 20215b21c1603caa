"""Parameters of requests: which an endpoint knows, and what their texts say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adcore.near_names import near_names
from adcore.service.errors import ApiError, illegal_argument

__all__ = ["COMMON_PARAMETERS", "check_parameters", "check_stars", "to_boolean", "unrecognized"]

COMMON_PARAMETERS = ("error_trace", "filter_path", "format", "human", "pretty")
_MOST_STARS = 100


def check_stars(values: Mapping[str, str]) -> None:
    """Raise an ApiError for patterns of very many stars, which take long to be compared.

    Parameters
    ----------
    values : mapping
        Patterns, or lists of such, by what they are called.
    """
    for name, value in values.items():
        found = value.count("*")
        if found > _MOST_STARS:
            raise illegal_argument(
                f"[{name}] has [{found}] wildcards, at most [{_MOST_STARS}] may be"
            )


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
    raise unrecognized(path, "parameter", unknown, (*known, *COMMON_PARAMETERS))


def unrecognized(path: str, kind: str, names: Sequence[str], known: Sequence[str]) -> ApiError:
    """The error about names in a request that nobody knows.

    >>> print(unrecognized("/stats", "stat", ["model"], ["models", "count"]))
    request [/stats] contains unrecognized stat: [model] -> did you mean [models]?
    """
    named = ", ".join(f"[{name}]{_did_you_mean(name, known)}" for name in names)
    plural = "s" if len(names) > 1 else ""
    return illegal_argument(f"request [{path}] contains unrecognized {kind}{plural}: {named}")


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    close = near_names(name, known)
    if not close:
        return ""
    if len(close) == 1:
        return f" -> did you mean [{close[0]}]?"
    return f" -> did you mean any of [{', '.join(close)}]?"
