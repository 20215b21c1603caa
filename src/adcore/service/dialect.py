"""Which API a client speaks, read off its request, so that each finds its own kind.

Clients of Elasticsearch refuse a service that is not theirs, and name themselves in three ways:
the header ``X-Elastic-Client-Meta``, a user agent such as ``elasticsearch-py/8.19.3``, and media
types with ``vnd.elasticsearch``. Whoever does none of it gets what the settings say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adcore.service.errors import ApiError
from adcore.service.settings import Distribution, Settings

__all__ = ["Dialect", "dialect_of"]

_VENDOR_TYPE = re.compile(
    r"application/vnd\.elasticsearch\+(\w[\w-]*)(?:\s*;\s*([^,]*))?", re.IGNORECASE
)
_COMPATIBLE = re.compile(r"\bcompatible-with\s*=\s*\"?(\d+)", re.IGNORECASE)
_CLIENT_META = re.compile(r"\bes=(\d+)\.")
_USER_AGENT = re.compile(r"(?:elastic|kibana)[-\w]*/v?(\d+)", re.IGNORECASE)
# The versions that clients of a major version find; clients of versions before are as strict as 7.
_ELASTICSEARCH = {7: "7.17.29", 8: "8.19.3", 9: "9.2.0"}
_OPENSEARCH = "2.19.0"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a client is answered.

    Attributes
    ----------
    distribution : {"opensearch", "elasticsearch"}
    version : str
        Of the API.
    media_type : str or None
        Of JSON, if the client asked for one of its own.
    """

    distribution: str
    version: str
    media_type: str | None = None


def dialect_of(headers: Mapping[str, str], settings: Settings) -> Dialect:
    """The dialect of a request.

    >>> dialect_of({"user-agent": "elasticsearch-py/7.17.13 (Python 3.11)"}, Settings()).version
    '7.17.29'
    >>> dialect_of({"user-agent": "opensearch-py/3.2.0"}, Settings()).distribution
    'opensearch'

    Raises
    ------
    ApiError
        If the answer is wanted in the manner of a version that there is not.
    """
    wanted = _VENDOR_TYPE.search(headers.get("accept", ""))
    major = _major(headers, wanted)
    forced = settings.distribution
    distribution = forced if forced != "auto" else _distribution(major)
    media_type = None
    if wanted is not None:
        kind = "json" if "json" in wanted[1].lower() else wanted[1].lower()
        media_type = f"application/vnd.elasticsearch+{kind};compatible-with={major or 8}"
    return Dialect(distribution, settings.version or _version(distribution, major), media_type)


def _distribution(major: int | None) -> Distribution:
    return "opensearch" if major is None else "elasticsearch"


def _version(distribution: str, major: int | None) -> str:
    if distribution == "opensearch":
        return _OPENSEARCH
    return _ELASTICSEARCH[min(max(major or 8, 7), 9)]


def _major(headers: Mapping[str, str], wanted: re.Match[str] | None) -> int | None:
    """The major version of a client of Elasticsearch; None if it is another's."""
    if wanted is not None:
        compatible = _COMPATIBLE.search(wanted[2] or "")
        return 8 if compatible is None else _checked(int(compatible[1]), wanted[0])
    found = _CLIENT_META.search(headers.get("x-elastic-client-meta", "")) or _USER_AGENT.match(
        headers.get("user-agent", "")
    )
    if found is not None:
        return int(found[1])
    return 8 if "vnd.elasticsearch" in headers.get("content-type", "").lower() else None


def _checked(version: int, media_type: str) -> int:
    if version not in _ELASTICSEARCH:
        listed = ", ".join(str(known) for known in _ELASTICSEARCH)
        raise ApiError(
            400,
            "media_type_header_exception",
            f"Invalid media-type value on header [Accept]: [{media_type}] asks for version "
            f"[{version}], there are [{listed}]",
        )
    return version
