"""Guessing is slowed down: so many attempts per subject in 15 minutes."""

from spote.domain import requests

EMAIL, NETWORK = "email ada@example.org", "network 192.0.2.0/24"


def test_attempts_over_the_limit_must_wait_for_the_rest_of_the_window(write, sql):
    assert [write(requests.take_attempt, [(EMAIL, 3)]) for _ in range(3)] == [None] * 3
    wait = write(requests.take_attempt, [(EMAIL, 3)])
    assert 0 < wait <= 15 * 60
    [(now_window,)] = sql("SELECT time_window FROM attempts")
    window_end = (now_window + 1) * 15 * 60
    assert write(lambda db: abs(db.now / 1000 + wait - window_end)) <= 2


def test_a_new_window_is_a_new_chance(write, sql):
    write(requests.take_attempt, [(EMAIL, 1)])
    sql("UPDATE attempts SET time_window = time_window - 1")
    assert write(requests.take_attempt, [(EMAIL, 1)]) is None


def test_a_refused_attempt_is_counted_on_no_subject(write):
    write(requests.take_attempt, [(NETWORK, 1)])
    for _ in range(3):
        assert write(requests.take_attempt, [(EMAIL, 1), (NETWORK, 1)])
    assert write(requests.take_attempt, [(EMAIL, 1)]) is None


def test_any_one_subject_over_its_limit_is_enough(write):
    write(requests.take_attempt, [(EMAIL, 1), (NETWORK, 50)])
    assert write(requests.take_attempt, [(EMAIL, 1), (NETWORK, 50)])
    assert write(requests.take_attempt, [("email bob@example.org", 1), (NETWORK, 50)]) is None


def test_a_success_gives_a_fresh_start_to_its_subject_alone(write):
    write(requests.take_attempt, [(EMAIL, 1), (NETWORK, 1)])
    write(requests.forget_attempts, EMAIL)
    assert write(requests.take_attempt, [(EMAIL, 1)]) is None
    assert write(requests.take_attempt, [(NETWORK, 1)])


def test_a_returned_attempt_takes_back_one_and_no_more(write):
    for _ in range(2):
        write(requests.take_attempt, [(NETWORK, 2)])
    write(requests.return_attempt, NETWORK)
    assert write(requests.take_attempt, [(NETWORK, 2)]) is None
    assert write(requests.take_attempt, [(NETWORK, 2)])


def test_returning_what_was_never_taken_earns_nothing(write):
    for _ in range(3):
        write(requests.return_attempt, NETWORK)
    write(requests.take_attempt, [(NETWORK, 1)])
    write(requests.return_attempt, NETWORK)
    write(requests.return_attempt, NETWORK)
    assert write(requests.take_attempt, [(NETWORK, 1)]) is None
    assert write(requests.take_attempt, [(NETWORK, 1)])


def test_the_database_does_not_name_who_tried(write, sql):
    write(requests.take_attempt, [(EMAIL, 1)])
    [(subject,)] = sql("SELECT subject FROM attempts")
    assert isinstance(subject, bytes)
    assert len(subject) == 32


def test_sweeping_removes_past_windows_and_keeps_the_present_one(write, sql):
    write(requests.take_attempt, [(EMAIL, 1)])
    sql("UPDATE attempts SET time_window = time_window - 1")
    write(requests.take_attempt, [(NETWORK, 1)])
    assert write(requests.sweep) == 1
    assert write(requests.sweep) == 0
    assert write(requests.take_attempt, [(NETWORK, 1)])
