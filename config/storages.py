"""Where files are: those that people upload in a folder, or in a bucket of a store that speaks S3."""

from typing import Any

from config.env import env

FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
STATIC_FILES = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def storages(bucket: str) -> dict[str, Any]:
    return {"default": _in_bucket(bucket) if bucket else FOLDER, "staticfiles": STATIC_FILES}


def _in_bucket(bucket: str) -> dict[str, Any]:
    options = {
        "bucket_name": bucket,
        "endpoint_url": env("S3_ENDPOINT") or None,
        "region_name": env("S3_REGION") or None,
        "access_key": env("S3_ACCESS_KEY") or None,
        "secret_key": env("S3_SECRET_KEY") or None,
        "location": env("S3_PREFIX"),
    }
    return {"BACKEND": "core.s3.Bucket", "OPTIONS": options}
