"""Files of arrays: written once, flushed to the disk, mapped ever after."""

from __future__ import annotations

import math
import mmap
import os
import secrets
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import FULL_DISK, DiskFullError, LibraryDamagedError
from core.index.format import HEADER_BYTES, CodebookHeader, FormatError, Header, Section

Arrays = tuple[NDArray[Any], ...]


HeaderT = TypeVar("HeaderT", Header, CodebookHeader)


def map_file(path: Path, parse: Callable[[bytes], HeaderT]) -> tuple[HeaderT, Arrays]:
    """The header, and the sections as views of the mapped file. Checks the header and the size.

    Raises LibraryDamagedError, and FileNotFoundError if the file is gone.
    """
    with path.open("rb") as file:
        try:
            header = parse(file.read(HEADER_BYTES))
        except FormatError as error:
            raise LibraryDamagedError(path, str(error)) from error
        found = header.sections()
        if os.fstat(file.fileno()).st_size != found[-1].offset + found[-1].nbytes:
            raise LibraryDamagedError(path, "the file is cut off")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return header, tuple(_view(mapped, section) for section in found)


def check(path: Path, array: NDArray[Any], checksum: int) -> None:
    """Compare an array with its checksum, reading all of it. Raises LibraryDamagedError."""
    if zlib.crc32(array.data) != checksum:
        raise LibraryDamagedError(path, "the content is not what was written")


def new_name(suffix: str) -> str:
    """A file name that was never used: 16 hex digits."""
    return f"{secrets.token_hex(8)}{suffix}"


def write_file(path: Path, header: HeaderT, pieces: Iterable[Arrays]) -> None:
    """Write a new file, flushed to the disk together with its name.

    `header` has no checksums yet. Each of `pieces` continues all sections: so nobody has to hold the whole.
    Raises DiskFullError and OSError, and leaves nothing behind.
    """
    try:
        _write(path, header, pieces)
        flush_folder(path.parent)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in FULL_DISK:
            raise DiskFullError(path.parent, str(error)) from error
        raise


def _write(path: Path, header: HeaderT, pieces: Iterable[Arrays]) -> None:
    sections = header.sections()
    ends, sums = [section.offset for section in sections], [0] * len(sections)
    with path.open("xb") as file:
        for arrays in pieces:
            for number, (section, array) in enumerate(zip(sections, arrays, strict=True)):
                data = np.ascontiguousarray(array, dtype=section.dtype).data
                file.seek(ends[number])
                file.write(data)
                ends[number] += data.nbytes
                sums[number] = zlib.crc32(data, sums[number])
        if ends != [section.offset + section.nbytes for section in sections]:
            raise ValueError(f"{path}: the pieces are not what the header announces")
        file.truncate(ends[-1])  # the last sections may be empty
        file.seek(0)
        file.write(replace(header, checksums=tuple(sums)).pack())
        file.flush()
        os.fsync(file.fileno())


def _view(mapped: mmap.mmap, section: Section) -> NDArray[Any]:
    flat = np.frombuffer(mapped, section.dtype, count=math.prod(section.shape), offset=section.offset)
    return flat.reshape(section.shape)


def flush_folder(folder: Path) -> None:
    """Make the new name itself durable; Windows has no such thing and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
