"""Files in any store that speaks S3: Amazon's, R2, MinIO."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from core.files import FilesAway

logger = logging.getLogger(__name__)


class Bucket(S3Storage):
    def __init__(self, **options: Any) -> None:
        client_config = Config(
            signature_version="s3v4",
            # The names of Amazon's buckets are hosts; other stores are one host.
            s3={"addressing_style": "path" if options.get("endpoint_url") else "virtual"},
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 2, "mode": "standard"},
            # Checksums that are not asked for: R2 and older MinIO refuse them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # A file of ours is one request.
        transfer_config = TransferConfig(use_threads=False, multipart_threshold=64 * 1024 * 1024)
        super().__init__(client_config=client_config, transfer_config=transfer_config, **options)
        self._connecting = threading.Lock()
        self._shared: Any = None

    @property
    def connection(self) -> Any:
        """One for all threads: to make one takes half a second, and a request has a thread of its own.

        Only its client, which threads may share, and new objects made of it are used.
        """
        with self._connecting:
            if self._shared is None:
                self._shared = super().connection
        return self._shared

    def _save(self, name: str, content: Any) -> str:
        with _within_reach("save"):
            return str(super()._save(name, content))

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _within_reach("open"):
            return super()._open(name, mode)

    def exists(self, name: str) -> bool:
        with _within_reach("look"):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _within_reach("delete"):
            super().delete(name)


@contextmanager
def _within_reach(what: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        logger.warning("files_unavailable", extra={"action": what, "error": _named(error)})
        raise FilesAway from error


def _named(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code"))
    return type(error).__name__
