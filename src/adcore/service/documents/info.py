"""Who is there: ``GET /``."""

from __future__ import annotations

from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints

__all__ = ["ENDPOINTS"]


def _info(call: Call) -> Reply:
    settings, dialect = call.context.settings, call.dialect
    version = {
        "number": dialect.version,
        "build_type": "pip",
        "build_hash": "unknown",
        "build_date": "1970-01-01T00:00:00Z",
        "build_snapshot": False,
        "lucene_version": "none",
        "minimum_wire_compatibility_version": dialect.version,
        "minimum_index_compatibility_version": dialect.version,
    }
    if dialect.distribution == "opensearch":
        version = {"distribution": "opensearch", **version}
        tagline = "The OpenSearch Project: https://opensearch.org/"
    else:
        version = {"build_flavor": "default", **version}
        tagline = "You Know, for Search"
    return Reply(
        {
            "name": settings.name,
            "cluster_name": settings.cluster_name,
            "cluster_uuid": call.context.node.cluster_uuid,
            "version": version,
            "tagline": tagline,
        }
    )


ENDPOINTS = endpoints("GET HEAD", "/", _info, summary="Name and version of the service.")
