"""Every service function there is: one that takes an actor refuses a powerless one before it does anything else."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import spote.domain
from spote.errors import NotAllowed
from spote.identity import ALL_VERBS, Actor, CredentialKind, Grant, Via

Service = Callable[..., Any]

NO_ACTOR = {
    "accounts.may_sign_up": "there is no account yet",
    "accounts.require_sign_up": "there is no account yet",
    "accounts.sign_up": "there is no account yet",
    "accounts.credentials_for": "finds what a password is checked against",
    "accounts.open_session": "the password has been checked",
    "accounts.authenticate_session": "finds the actor",
    "accounts.create_account": "the operator, at the command line",
    "accounts.account_by_email": "the operator, at the command line",
    "accounts.list_accounts": "the operator, at the command line",
    "accounts.reset_password": "the operator, at the command line",
    "accounts.end_all_sessions": "the operator, at the command line",
    "accounts.sweep_sessions": "a chore of the server",
    "files.abandon_upload": "a part of an upload whose actor is known",
    "files.sweep_files": "a chore of the server",
    "files.due_blobs": "a chore of the server",
    "files.forget_blob": "a chore of the server",
    "files.count_files": "the operator, at the command line",
    "files.list_all_files": "the operator, at the command line",
    "files.carry_over_files": "the operator, restoring a backup",
    "files.expect_blobs": "the operator, restoring a backup",
    "files.forget_files": "the operator, restoring a backup",
    "apps.register_client": "whoever wants to ask a person",
    "apps.remember_client": "whoever wants to ask a person",
    "apps.find_client": "whoever wants to ask a person",
    "apps.find_fresh_client": "whoever wants to ask a person",
    "apps.redeem_code": "whoever holds the code",
    "apps.refresh": "whoever holds the refresh token",
    "apps.revoke": "whoever holds the token",
    "apps.sweep_apps": "a chore of the server",
    "apps.carry_over_refreshes": "the operator, restoring a backup",
    "tokens.app_token": "a part of what apps do",
    "tokens.app_token_of": "a part of what apps do",
    "tokens.create_app_token": "a part of what apps do",
    "tokens.end_app_token": "a part of what apps do",
    "tokens.is_of_app": "a part of what apps do",
    "tokens.issue_secret": "a part of what apps do",
    "notes.sweep_trash": "a chore of the server",
    "notes.sweep_watches": "a chore of the server",
    "notes.count_everything": "the operator, at the command line",
    "notes.find_disagreements": "the operator, at the command line",
    "notes.count_live_notes": "the operator, at the command line",
    "notes.index_words": "the operator, at the command line",
    "search.count_all_waiting": "the operator, at the command line",
    "search.queue_account": "the operator, at the command line",
    "search.make_due": "the operator, at the command line",
    "search.has_due_notes": "the operator, at the command line",
    "search.begin_epoch": "the operator, restoring a backup",
    "search.await_notes": "for an actor who was found to be allowed",
    "search.prepare_again": "for an actor who was found to be allowed",
    "notes.index_readers": "a part of sharing, which knows the actor",
    "sharing.carry_over_shares": "the operator, restoring a backup",
    "sharing.require_invitation": "whoever has an invitation may use it",
    "sharing.sign_up_invited": "there is no account yet",
    "sharing.sweep_unsent_shares": "a chore of the server",
    "sharing.withdraw_share": "undoes the first half of what an actor began, also when that may nothing any more",
    "requests.find_answer": "a part of a request whose actor is known",
    "requests.keep_answer": "a part of a request whose actor is known",
    "requests.forget_account": "a part of deleting an account",
    "requests.take_attempt": "counts before it is known who comes",
    "requests.take_turn": "a part of a request whose actor is known",
    "requests.return_attempt": "counts before it is known who comes",
    "requests.forget_attempts": "counts before it is known who comes",
    "requests.sweep": "a chore of the server",
    "tokens.authenticate_token": "finds the actor",
    "tokens.report_token": "whoever holds a token can end it",
    "tokens.record_usage": "a chore of the server",
    "streams.close_stream": "a part of a stream whose actor was known",
    "streams.take_messages": "a part of a stream whose actor was known",
    "streams.sweep_streams": "a chore of the server",
    "tokens.finish_notice": "a chore of the server",
    "tokens.has_notices": "a chore of the server",
    "tokens.plan_notices": "a chore of the server",
    "tokens.take_notices": "a chore of the server",
    "tokens.carry_over_tokens": "the operator, restoring a backup",
}
NO_VERB = {
    "streams.open_stream": "any token may listen; what it hears is judged each time",
    "streams.send_message": "any token may speak on its own stream; what it asks for is judged there",
    "tokens.get_own_token": "any token may ask what it is",
    "tokens.revoke_own_token": "any token may end itself",
}


def offered() -> Iterator[tuple[str, Service]]:
    """What the rooms offer to others, by room and name."""
    for room in pkgutil.iter_modules(spote.domain.__path__):
        module = importlib.import_module(f"spote.domain.{room.name}")
        for name in module.__all__:
            if inspect.isfunction(function := getattr(module, name)):
                yield f"{room.name}.{name}", function


def parameters(function: Service) -> list[str]:
    return list(inspect.signature(function).parameters)


def takes_database(function: Service) -> bool:
    annotations = [str(one.annotation) for one in inspect.signature(function).parameters.values()]
    return any("Connection" in annotation for annotation in annotations)


SERVICES = {name: it for name, it in offered() if parameters(it)[:2] == ["db", "actor"]}
WITHOUT_ACTOR = {
    name for name, it in offered() if takes_database(it) and "actor" not in parameters(it)
}


class NotToBeTouched:
    """A database that tells when a service uses it before it has asked who may."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the database was used (.{name}) before the actor was checked")


class Anything:
    """In place of every other argument: it has every attribute and equals nothing."""

    def __getattr__(self, name: str) -> Any:
        return Anything()

    def __iter__(self) -> Iterator[Any]:
        return iter(())


def powerless(kind: CredentialKind) -> Actor:
    return Actor("account", Grant(verbs=frozenset()), kind, "credential", Via.API)


def called(function: Service, actor: Actor) -> Any:
    """Run the function, also one that gives its results bit by bit."""
    signature = inspect.signature(function)
    arguments: dict[str, Any] = {
        name: Anything()
        for name, parameter in list(signature.parameters.items())[2:]
        if parameter.default is inspect.Parameter.empty
    }
    outcome = function(NotToBeTouched(), actor, **arguments)
    return next(outcome) if inspect.isgenerator(outcome) else outcome


@pytest.mark.parametrize("kind", CredentialKind)
@pytest.mark.parametrize("name", sorted(SERVICES.keys() - NO_VERB.keys()))
def test_a_powerless_actor_is_refused_first_of_all(name: str, kind: CredentialKind) -> None:
    with pytest.raises(NotAllowed):
        called(SERVICES[name], powerless(kind))


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - NO_VERB.keys()))
def test_some_actor_is_not_refused(name: str) -> None:
    """So that the test above shows something: with all verbs the function goes on to its work."""
    everything = Actor("account", Grant(ALL_VERBS), CredentialKind.SESSION, "credential", Via.WEB)
    try:
        called(SERVICES[name], everything)
    except NotAllowed as refusal:
        pytest.fail(f"refused: {refusal}")
    except Exception:  # noqa: BLE001 - whatever comes of arguments that are none
        return


@pytest.mark.parametrize("name", sorted(NO_VERB))
def test_what_every_token_may_is_for_tokens_alone(name: str) -> None:
    with pytest.raises(NotAllowed):
        called(SERVICES[name], powerless(CredentialKind.SESSION))
    with pytest.raises(AssertionError, match="before the actor was checked"):
        called(SERVICES[name], powerless(CredentialKind.TOKEN))


def test_whatever_takes_no_actor_is_listed_with_its_reason() -> None:
    assert WITHOUT_ACTOR - set(NO_ACTOR) == set(), "who may call these? add an actor, or a reason"
    assert set(NO_ACTOR) - WITHOUT_ACTOR == set(), "these are gone, or take an actor now"
    assert set(NO_VERB) <= set(SERVICES)


def test_there_are_services_at_all() -> None:
    assert len(SERVICES) > 30
    assert {name.partition(".")[0] for name in SERVICES} >= {
        "accounts",
        "notes",
        "search",
        "tokens",
    }


def test_the_actor_stands_second_wherever_there_is_one() -> None:
    for name, function in offered():
        if "actor" in parameters(function):
            assert parameters(function)[:2] == ["db", "actor"], name
