"""A store that speaks S3, moto's, in a process of its own, with one private bucket."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

from tests.services import free_port

PATIENCE = 60


class Store:
    bucket = "files-of-people"

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()
        self._client().create_bucket(Bucket=self.bucket)

    @property
    def env(self) -> dict[str, str]:
        """The settings of ours that lead here."""
        return {
            "S3_BUCKET": self.bucket,
            "S3_ENDPOINT": self.url,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY": "key-of-the-look-alike",
            "S3_SECRET_KEY": "secret-of-the-look-alike",
        }

    def storages(self, url: str = "") -> dict[str, Any]:
        """As STORAGES has it; with another `url`, where nobody answers."""
        env = self.env
        options = {
            "bucket_name": env["S3_BUCKET"],
            "endpoint_url": url or self.url,
            "region_name": env["S3_REGION"],
            "access_key": env["S3_ACCESS_KEY"],
            "secret_key": env["S3_SECRET_KEY"],
        }
        return {"BACKEND": "core.s3.Bucket", "OPTIONS": options}

    @contextmanager
    def away(self, settings: Any) -> Iterator[None]:
        """`settings`: pytest-django's, of this process, which cannot reach it meanwhile."""
        before = settings.STORAGES
        settings.STORAGES = {**before, "default": self.storages("http://127.0.0.1:1")}
        yield
        settings.STORAGES = before

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def names(self) -> list[str]:
        found = self._client().list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [one["Key"] for one in found]

    def read(self, name: str) -> bytes:
        content: bytes = self._client().get_object(Bucket=self.bucket, Key=name)["Body"].read()
        return content

    def clear(self) -> None:
        for name in self.names():
            self._client().delete_object(Bucket=self.bucket, Key=name)

    def _client(self) -> Any:
        env = self.env
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name=env["S3_REGION"],
            aws_access_key_id=env["S3_ACCESS_KEY"],
            aws_secret_access_key=env["S3_SECRET_KEY"],
            config=Config(s3={"addressing_style": "path"}),
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/moto-api/", timeout=5).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("The look-alike of S3 did not start.")


@contextmanager
def store() -> Iterator[Store]:
    built = Store()
    try:
        yield built
    finally:
        built.close()
