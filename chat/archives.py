"""Office documents are ZIP archives. They are looked through and unpacked once, within bounds, and nothing is kept."""

import copy
import zipfile
import zlib
from functools import partial
from threading import BoundedSemaphore
from typing import IO

DIRECTORY_BYTES = 512 * 1024  # of an archive's table of contents, which is read at once
UNPACKED_BYTES = 128 * 1024 * 1024
CHUNK = 64 * 1024
ENCRYPTED = 0x1

# Of an archive without a comment, the end is so long, and what stands before it says if it is one of many gigabytes.
END, END_BYTES = b"PK\x05\x06", 22
LOCATOR, LOCATOR_BYTES = b"PK\x06\x07", 20

PARTS = {  # of Microsoft's formats, the part that makes it one
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
}
CONTENTS = "[Content_Types].xml"
OPEN_DOCUMENTS = {  # these say it themselves, first of all
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
MIMETYPE = "mimetype"
MACROS = "vbaproject.bin"

# Unpacking takes a whole core, so that a process does no more than this at a time.
_unpackers = BoundedSemaphore(2)


class BadArchive(Exception):
    pass


def document(file: IO[bytes]) -> str | None:
    """The ending of the kind of document it is; None for any other archive."""
    size = _check_end(file)
    try:
        with zipfile.ZipFile(file) as archive, _unpackers:
            _check(archive, size)
            return _kind(archive)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError) as error:
        raise BadArchive from error


def _check_end(file: IO[bytes]) -> int:
    """How long it is, once its table of contents is known to be short enough to be read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_BYTES - LOCATOR_BYTES))
    tail = file.read()
    end = tail[-END_BYTES:]
    if not end.startswith(END) or tail[:-END_BYTES].startswith(LOCATOR):
        raise BadArchive
    if int.from_bytes(end[12:16], "little") > DIRECTORY_BYTES:
        raise BadArchive
    return size


def _check(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len({*names}) < len(names) or any(_leads_out(name) or name.lower().endswith(MACROS) for name in names):
        raise BadArchive
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise BadArchive
    packed, unpacked = sum(one.compress_size for one in entries), sum(one.file_size for one in entries)
    # What lies in an archive once cannot be more than the archive; a bomb may have many names for the same bytes.
    if packed > size or unpacked > UNPACKED_BYTES:
        raise BadArchive
    if any(_unpacked(archive, entry) != entry.file_size for entry in entries):
        raise BadArchive


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """How long a part is, not how long it says: a little more than may be, where it is longer. Its sum is checked."""
    unbelieved = copy.copy(entry)
    unbelieved.file_size = entry.file_size + 1
    with archive.open(unbelieved) as part:
        return sum(len(chunk) for chunk in iter(partial(part.read, CHUNK), b""))


def _kind(archive: zipfile.ZipFile) -> str | None:
    names = archive.namelist()
    if names and names[0] == MIMETYPE:
        return OPEN_DOCUMENTS.get(archive.read(MIMETYPE).strip())
    if CONTENTS in names:
        return next((kind for part, kind in PARTS.items() if part in names), None)
    return None
