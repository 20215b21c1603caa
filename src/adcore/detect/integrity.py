"""Whether a compressed file is whole, found out before any row of it is believed."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path
from typing import BinaryIO

from adcore.errors import DataError

__all__ = ["gzip_lines", "require_whole_zstd"]

_PIECE = 1 << 20
_FRAME = 0xFD2FB528
_SKIPPABLE = 0x184D2A50
_RUN_LENGTH_BLOCK = 1
_RESERVED_BLOCK = 3
_CUT = "ends too early: it is not whole"


def gzip_lines(name: str, path: Path) -> int:
    """The line ends of a gzip file, which is read to its end: the reader of rows ignores checksums.

    Raises
    ------
    DataError
        If it ends too early or its bytes are damaged.
    """
    lines = 0
    try:
        with gzip.open(path) as unpacked:
            while piece := unpacked.read(_PIECE):
                lines += piece.count(b"\n")
    except EOFError:
        raise DataError(f"{name} {_CUT}") from None
    except (zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{name} is damaged: {error}") from None
    return lines


def require_whole_zstd(name: str, path: Path) -> None:
    """Walk over the blocks of a zstd file: the reader of rows takes a cut one for a short one.

    Nothing is unpacked: checksums are the reader's business, and it minds them.

    Raises
    ------
    DataError
        If it ends too early or something else follows.
    """
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        while file.tell() < end:
            _skip_frame(name, file)
            if file.tell() > end:
                raise DataError(f"{name} {_CUT}")


def _skip_frame(name: str, file: BinaryIO) -> None:
    magic = _number(name, file, 4)
    if magic & ~0xF == _SKIPPABLE:
        file.seek(_number(name, file, 4), os.SEEK_CUR)
    elif magic == _FRAME:
        _skip_content(name, file)
    else:
        raise DataError(f"{name} is damaged: what follows its first frame is not zstd")


def _skip_content(name: str, file: BinaryIO) -> None:
    """Header, blocks and checksum of a frame, as RFC 8878 lays them out."""
    descriptor = _number(name, file, 1)
    is_single_segment = descriptor >> 5 & 1
    content_size = (is_single_segment, 2, 4, 8)[descriptor >> 6]
    dictionary_id = (0, 1, 2, 4)[descriptor & 3]
    file.seek((1 - is_single_segment) + dictionary_id + content_size, os.SEEK_CUR)
    while not _skip_block(name, file):
        pass
    has_checksum = descriptor >> 2 & 1
    file.seek(4 * has_checksum, os.SEEK_CUR)


def _skip_block(name: str, file: BinaryIO) -> bool:
    """Whether it was the last of its frame."""
    header = _number(name, file, 3)
    kind = header >> 1 & 3
    if kind == _RESERVED_BLOCK:
        raise DataError(f"{name} is damaged: it has a block of no known kind")
    file.seek(1 if kind == _RUN_LENGTH_BLOCK else header >> 3, os.SEEK_CUR)
    return bool(header & 1)


def _number(name: str, file: BinaryIO, size: int) -> int:
    found = file.read(size)
    if len(found) < size:
        raise DataError(f"{name} {_CUT}")
    return int.from_bytes(found, "little")
