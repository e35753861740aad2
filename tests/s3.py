"""An S3 server for tests: moto's, in a process of its own that can be killed."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx

from tests.servers import free_port

BUCKET = "spote-files"


class S3:
    """`settings` let a Spote server keep its files there."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings: dict[str, Any] = {
            "s3_bucket": BUCKET,
            "s3_prefix": "notes",
            "s3_endpoint": self.url,
            "s3_access_key_id": "test",
            "s3_secret_access_key": "test-secret",
        }
        self._start()

    def object_keys(self) -> list[str]:
        """Of all objects in the bucket."""
        listed = httpx.get(f"{self.url}/{BUCKET}", params={"list-type": 2}, headers=SIGNED)
        return re.findall("<Key>([^<]+)</Key>", listed.text)

    def unfinished(self) -> int:
        """How many uploads in parts are under way."""
        return httpx.get(f"{self.url}/{BUCKET}?uploads", headers=SIGNED).text.count("<UploadId>")

    def freeze(self) -> None:
        """It takes connections and does not answer."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)

    def restart(self) -> None:
        """Empty: it keeps everything in memory."""
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if httpx.put(f"{self.url}/{BUCKET}", headers=SIGNED).status_code == 200:
                    return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError("moto's server does not start")


# moto reads the account from it, and does not check the signature.
SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host,"
    " Signature=0"
}


@contextlib.contextmanager
def running_s3() -> Iterator[S3]:
    s3 = S3()
    try:
        yield s3
    finally:
        s3.kill()
