"""Which strings are questions."""

from spote.domain.search.preparing import require_question
from spote.errors import InvalidInput


def asks_something(q: str) -> bool:
    try:
        require_question(q)
    except InvalidInput:
        return False
    return True
