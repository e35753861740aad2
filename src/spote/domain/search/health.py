"""Whether a model can be had: one that failed is asked by one question at a time, and no other waits for it."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from spote.domain.search.embedding.embedder import ModelDown
from spote.errors import Unavailable

DOWN_SECONDS = 10.0  # after a failure, until somebody tries again
log = logging.getLogger(__name__)


class Health:
    """Of one model, as far as this process's questions tell. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_well = True
        self._tried_again_at = 0.0  # by time.monotonic()
        self._is_tried = False  # a question is on its way, to find out
        self._refusal = ""  # the last one, since it answered well

    @property
    def is_down(self) -> bool:
        """Whether a question would be sent away now."""
        with self._lock:
            return self._sends_away()

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Within it the model is asked a question.

        Raises:
            Unavailable: it failed a moment ago, or another question finds out just now whether it is back.
        """
        is_trial = self._begin()
        try:
            yield
        except ModelDown as error:
            self._note_failure(error)
            raise
        except Unavailable as error:  # this question's alone: whoever refuses is there
            self._note_answer(refusal=str(error))
            raise
        else:
            self._note_answer()
        finally:
            if is_trial:
                self._is_tried = False

    def _sends_away(self) -> bool:
        return not self._is_well and (self._is_tried or time.monotonic() < self._tried_again_at)

    def _begin(self) -> bool:
        with self._lock:
            if self._sends_away():
                raise Unavailable("The model failed a moment ago.")
            self._is_tried = not self._is_well
            return self._is_tried

    def _note_failure(self, error: ModelDown) -> None:
        with self._lock:
            was_well, self._is_well = self._is_well, False
            self._tried_again_at = time.monotonic() + DOWN_SECONDS
        if was_well:
            log.warning("searches go by words alone: %s", error)

    def _note_answer(self, refusal: str = "") -> None:
        with self._lock:
            was_well, self._is_well = self._is_well, True
            is_news, self._refusal = refusal != self._refusal, refusal
        if not was_well:  # a warning too, so that whoever saw the first one sees the end of it
            log.warning("the model of searches answers again")
        if refusal and is_news:
            log.warning("a search goes by words alone: %s", refusal)
