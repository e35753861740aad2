"""Seals kept answers under what only the caller knows, so that a database alone shows no token."""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spote.domain.requests.model import RepeatableRequest, StoredAnswer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SALT_BYTES = 16
NONCE = bytes(12)  # each salt makes a key of its own, and each key seals once
PURPOSE = b"spote answers 1"  # at most 16 bytes


@dataclass(frozen=True, slots=True)
class SealedAnswer:
    """What the database holds: salt and ciphertext, and the body's hash under a key of its own.

    A bare hash of a body with a password in it would let who has the database guess fast.
    """

    body_hash: bytes
    sealed: bytes


def request_key(request: RepeatableRequest) -> bytes:
    """What makes two requests the same, whatever their bodies are."""
    parts = (request.credential_id, request.method, request.path, request.key)
    return hashlib.sha256(_packed(*parts)).digest()


def seal(request: RepeatableRequest, answer: StoredAnswer) -> SealedAnswer:
    salt = os.urandom(SALT_BYTES)
    sealing_key, body_key = _keys(request, salt)
    head = json.dumps([answer.status, answer.headers]).encode()
    ciphertext = _cipher(sealing_key).encrypt(
        NONCE, head + b"\n" + answer.body, request_key(request)
    )
    return SealedAnswer(_body_tag(body_key, request), salt + ciphertext)


def is_same_request(request: RepeatableRequest, kept: SealedAnswer) -> bool:
    """Whether the body is the one that was answered, and the secret the one that it was sealed with."""
    _, body_key = _keys(request, kept.sealed[:SALT_BYTES])
    return hmac.compare_digest(kept.body_hash, _body_tag(body_key, request))


def unseal(request: RepeatableRequest, kept: SealedAnswer) -> StoredAnswer:
    """Only for what `is_same_request`."""
    salt, ciphertext = kept.sealed[:SALT_BYTES], kept.sealed[SALT_BYTES:]
    sealing_key, _ = _keys(request, salt)
    plain = _cipher(sealing_key).decrypt(NONCE, ciphertext, request_key(request))
    head, _, body = plain.partition(b"\n")
    status, headers = json.loads(head)
    return StoredAnswer(status, tuple((name, value) for name, value in headers), body)


def _keys(request: RepeatableRequest, salt: bytes) -> tuple[bytes, bytes]:
    """BLAKE2b with salt and personalisation as key derivation (RFC 7693 §2.8): two keys of 32 bytes."""
    secret = _packed(request.credential_secret, request.key)
    both = hashlib.blake2b(secret, digest_size=64, salt=salt, person=PURPOSE).digest()
    return both[:32], both[32:]


def _body_tag(key: bytes, request: RepeatableRequest) -> bytes:
    return hmac.digest(key, request.body_hash, "sha256")


def _packed(*parts: str) -> bytes:
    """Each part after its length, so that no two lists of parts give the same bytes."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _cipher(key: bytes) -> "AESGCM":
    # 6 MiB of memory that a server without repeated requests does not need.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see above

    return AESGCM(key)
