"""The names of models: how clients of the API find the model of an entity."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import mmh3

__all__ = ["LONGEST_ENTITY_VALUE", "hash_entity", "model_id_of"]

_SEED = 42
# Longer values have neither a model nor results.
LONGEST_ENTITY_VALUE = 256


def hash_entity(entity: Mapping[str, str]) -> str:
    """22 URL-safe characters that stand for an entity.

    MurmurHash3 (x64, 128 bits, seed 42) of ``name=value,name=value`` sorted by name, both halves
    big-endian, as base64 without padding.

    >>> hash_entity({"service": "app_0"})
    '2KWNSGl-JDQ_u9AB1gefsQ'
    """
    text = ",".join(f"{name}={entity[name]}" for name in sorted(entity))
    # The field hashes as many bytes as there are characters: other alphabets lose their end.
    content = text.encode()[: len(text.encode("utf-16-le")) // 2]
    halves = mmh3.hash64(content, seed=_SEED, x64arch=True, signed=False)
    digest = b"".join(half.to_bytes(8, "big") for half in halves)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def model_id_of(detector_id: str, entity: Mapping[str, str] | None = None) -> str:
    """The name of a model.

    Parameters
    ----------
    detector_id : str
    entity : mapping of category field to value, optional
        Without, the only model of a detector that watches one series.

    Examples
    --------
    >>> model_id_of("d"), model_id_of("d", {"ip": "10.0.0.1"})
    ('d_model_rcf_0', 'd_entity_10.0.0.1')
    """
    if not entity:
        return f"{detector_id}_model_rcf_0"
    (first, *others) = entity.values()
    return f"{detector_id}_entity_{hash_entity(entity) if others else first}"
