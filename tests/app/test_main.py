"""The commands people are told of are there."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

COMMANDS = [
    "demo", "serve", "worker", "scheduler", "migrate", "seed", "file", "identify", "trace", "keys",
    "accounts", "subjects", "bench",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_the_shell_knows_the_command(command: str) -> None:
    from app.__main__ import suyuan, with_modules

    with_modules()
    assert command in suyuan.commands


@pytest.mark.parametrize("words", ["book settle", "book purge", "proof recheck", "keys issue"])
def test_modules_may_share_a_group_of_commands(words: str) -> None:
    from app.__main__ import suyuan, with_modules

    with_modules()
    group, command = words.split()
    found = suyuan.commands[group]
    assert isinstance(found, click.Group)
    assert command in found.commands


def test_help_is_printed_without_starting_anything() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "app", "--help"], capture_output=True, text=True, check=True
    )
    assert all(command in shown.stdout for command in COMMANDS)
