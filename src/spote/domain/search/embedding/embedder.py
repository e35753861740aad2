"""What turns texts into vectors, whichever model does it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from spote.errors import Unavailable

if TYPE_CHECKING:  # numpy takes 20 MB: a server that nobody searches goes without
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class Batch(NamedTuple):
    """Full when one of them is reached."""

    texts: int
    size_bytes: int  # in UTF-8: of all scripts four or five of them make a token


class ModelDown(Unavailable):
    """It does not answer, or says that it is in trouble: another text would fare no better now."""


class OtherLength(Unavailable):
    """The vectors have another length than before: what goes by this name is another model now. Make it anew."""


class Embedder(Protocol):
    """Safe to use from several threads at once. Texts may be anything; each counts up to a limit of the model."""

    @property
    def name(self) -> str:
        """The model and its version: kept with the vectors, for vectors of two models cannot be compared.

        Whole once the dimensions are known, which are a part of a service's name.
        """
        ...

    @property
    def dimensions(self) -> int:
        """The same for as long as this object lives. May take as long as a batch.

        Raises:
            Unavailable: only the model could say it, and cannot be had now.
        """
        ...

    @property
    def batch(self) -> "Batch":
        """How many texts are best embedded together."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> "Vectors":
        """float32[len(texts), dimensions]; each row has length 1.

        Raises:
            ModelDown, OtherLength: see there.
            Unavailable: these texts are refused, or the model is for good.
        """
        ...

    def embed_query(self, text: str) -> "Vectors":
        """float32[dimensions] of length 1, soon or not at all: somebody waits.

        Raises:
            ModelDown, OtherLength: see there.
            Unavailable: this text is refused, or the model is for good.
        """
        ...

    def close(self) -> None:
        """Stop waiting for anything: what is under way ends with Unavailable soon. Used when the server stops."""
        ...
