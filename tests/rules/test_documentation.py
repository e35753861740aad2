"""Every setting, command and call there is stands in the documentation, and nothing there has gone."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

import spote.cli
from spote.app import create_app
from spote.settings import PREFIX, Settings
from tools import settings_page

ROOT = Path(__file__).parent.parent.parent
SETTINGS_PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")
CLI_PAGE = (ROOT / "docs" / "cli.md").read_text("utf-8")
NOT_SETTINGS = {"SPOTE_TOKEN"}


def test_the_page_of_settings_is_made_from_the_settings() -> None:
    assert settings_page.page() == SETTINGS_PAGE, "run python tools/settings_page.py"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_its_sentence_and_default(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description
    assert field.description.endswith(".")
    beginning = f"| `{PREFIX}{name.upper()}` |"
    [row] = [line for line in SETTINGS_PAGE.splitlines() if line.startswith(beginning)]
    assert field.description in row
    shown = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
    assert f"`{shown}`" in row or not shown


def test_no_page_speaks_of_a_setting_that_is_none() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | NOT_SETTINGS
    for page in (SETTINGS_PAGE, CLI_PAGE, (ROOT / "README.md").read_text("utf-8")):
        assert set(re.findall(r"SPOTE_[A-Z_]+[A-Z]", page)) <= known


def commands() -> dict[str, Any]:
    """Every command that can be called, by its words after `spote`."""
    spote.cli._add_commands()
    found: dict[str, Any] = {}

    def walk(command: Any, words: tuple[str, ...]) -> None:
        if hasattr(command, "commands"):
            for name, inner in command.commands.items():
                walk(inner, (*words, name))
        else:
            found[" ".join(words)] = command

    walk(typer.main.get_command(spote.cli.app), ())
    return found


COMMANDS = commands()


def synopsis(name: str) -> str:
    """The lines of code blocks that show how to call it."""
    lines = [line for line in CLI_PAGE.splitlines() if re.match(rf"spote {name}(?!\S)", line)]
    return "\n".join(lines)


def test_there_are_commands_at_all() -> None:
    assert "serve" in COMMANDS
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_with_its_options(name: str) -> None:
    command = COMMANDS[name]
    assert command.help, f"spote {name} --help says nothing"
    assert synopsis(name), f"docs/cli.md does not show spote {name}"
    first_word = name.partition(" ")[0]
    section = CLI_PAGE.partition(f"\n## spote {first_word}\n")[2].partition("\n## ")[0]
    assert section, f"docs/cli.md has no section on spote {first_word}"
    for parameter in command.params:
        if parameter.param_type_name == "option":
            for option in parameter.opts:
                assert not option.startswith("--") or option in section, f"{name} {option}"
                assert parameter.help or option == "--help", f"{name} {option} has no help"


def test_no_command_is_documented_that_is_gone() -> None:
    for line in CLI_PAGE.splitlines():
        if found := re.match(r"spote ([a-z-]+(?: [a-z-]+)?)", line):
            words = found[1].split()
            assert words[0] in COMMANDS or " ".join(words) in COMMANDS, line


@pytest.mark.parametrize("kind", ["summary", "tags"])
def test_every_call_says_what_it_does(kind: str) -> None:
    document = create_app(Settings(data=Path("nowhere"))).app.openapi()  # type: ignore[attr-defined]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation[kind], f"{method} {path}"
