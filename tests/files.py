"""What the tests of files say again and again: small files of every kind, and uploading them."""

import struct
import zlib
from typing import Any

import httpx

from tests.entrypoints.calls import ok

File = dict[str, Any]


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(seed: int = 0) -> bytes:
    """A picture of one pixel; another one for each seed."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + _chunk(b"tEXt", b"seed\x00%d" % seed)
        + _chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00"))
        + _chunk(b"IEND", b"")
    )


PNG = png()
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def post_file(
    client: httpx.Client,
    content: bytes = PNG,
    filename: str = "picture.png",
    claimed: str = "application/octet-stream",
    **headers: str,
) -> httpx.Response:
    return client.post("/api/upload", files={"file": (filename, content, claimed)}, headers=headers)


def upload(client: httpx.Client, content: bytes = PNG, filename: str = "picture.png") -> File:
    return dict(ok(post_file(client, content, filename), 201))
