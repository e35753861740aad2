"""What clients send is taken as it is meant, or refused by name."""

from typing import ClassVar

import pytest
from pydantic import ValidationError

from spote.domain.requests import Incoming


class Drawer(Incoming):
    answer_fields: ClassVar[frozenset[str]] = frozenset({"_id", "created_at"})

    label: str


def test_what_was_read_may_be_sent_back():
    assert Drawer.model_validate({"_id": "1", "created_at": 5, "label": "a"}) == Drawer(label="a")


def test_a_misspelt_field_is_named():
    with pytest.raises(ValidationError) as refused:
        Drawer.model_validate({"label": "a", "labell": "b"})
    assert [problem["loc"] for problem in refused.value.errors()] == [("labell",)]


@pytest.mark.parametrize("given", [None, [], "label", 3])
def test_what_is_no_object_is_refused(given):
    with pytest.raises(ValidationError):
        Drawer.model_validate(given)


def test_an_error_text_does_not_repeat_what_was_sent():
    with pytest.raises(ValidationError) as refused:
        Drawer.model_validate({"label": ["my password"]})
    assert "my password" not in str(refused.value)


def test_nothing_changes_after_it_came_in():
    with pytest.raises(ValidationError):
        setattr(Drawer(label="a"), "label", "b")  # noqa: B010 - the type checker refuses it too
