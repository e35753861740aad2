"""What turns texts into vectors, whichever model does it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # numpy takes 20 MB: a server that nobody searches goes without
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class Batch(NamedTuple):
    """Full when one of them is reached."""

    texts: int
    size_bytes: int  # in UTF-8: of all scripts four or five of them make a token


class Embedder(Protocol):
    """Safe to use from several threads at once. Texts may be anything; each counts up to a limit of the model."""

    @property
    def name(self) -> str:
        """The model and its version: kept with the vectors, for vectors of two models cannot be compared."""
        ...

    @property
    def dimensions(self) -> int: ...

    @property
    def batch(self) -> "Batch":
        """How many texts are best embedded together."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> "Vectors":
        """float32[len(texts), dimensions]; each row has length 1.

        Raises:
            Unavailable: the model cannot be had now.
        """
        ...

    def embed_query(self, text: str) -> "Vectors":
        """float32[dimensions] of length 1, soon or not at all: somebody waits.

        Raises:
            Unavailable: the model cannot be had now.
        """
        ...

    def close(self) -> None:
        """Stop waiting for anything: what is under way ends with Unavailable soon. Used when the server stops."""
        ...
