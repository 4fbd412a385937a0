"""What people uploaded is shown again: from a folder by us, from S3 by an address that is signed for a minute."""

from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import content_disposition_header

from core.errors import Busy, NotFound
from core.unit import unit

FOLLOWED_SECONDS = 60
CACHED = "private, max-age=3600"
# Whatever is in it, it is no page of ours.
SAFE = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


class FilesAway(Busy):
    """The store of the files does not answer."""

    code = "files_away"
    message = "Files cannot be reached now. Try again in a moment."


def insert_with_file(row: Any, name: str, content: File) -> None:
    """The file is stored before its row is: a store may be slow, and a unit does not wait for it."""
    row.file.save(name, content, save=False)
    try:
        _insert(row)
    except BaseException:
        row.file.delete(save=False)
        raise


@unit
def _insert(row: Any) -> None:
    type(row)._default_manager.bulk_create([row])


def answer(file: FieldFile, content_type: str, *, name: str = "", is_download: bool = False) -> HttpResponseBase:
    disposition = content_disposition_header(is_download, name) or "inline"
    if not isinstance(file.storage, FileSystemStorage):
        return _redirect(file, content_type, disposition)
    try:
        with file.open("rb") as opened:
            content = opened.read()
    except FileNotFoundError:  # removed in this moment
        raise NotFound from None
    headers = {"Cache-Control": CACHED, "Content-Disposition": disposition, "Vary": "Authorization, Cookie", **SAFE}
    return HttpResponse(content, content_type=content_type, headers=headers)


def _redirect(file: FieldFile, content_type: str, disposition: str) -> HttpResponseBase:
    """Signing asks nobody: the store is reached by the reader, not by us."""
    shown = {
        "ResponseCacheControl": CACHED,
        "ResponseContentDisposition": disposition,
        "ResponseContentType": content_type,
    }
    address = file.storage.url(file.name, parameters=shown, expire=FOLLOWED_SECONDS)  # type: ignore[call-arg]
    return HttpResponseRedirect(
        address, headers={"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}
    )
