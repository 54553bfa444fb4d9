"""What guessing a password costs, in earnest: other tests hash theirs cheaply."""

from __future__ import annotations

from argon2 import PasswordHasher

from app.accounts.services import passwords


def test_a_guess_costs_what_the_standard_recommends(monkeypatch):
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher())
    made = passwords.hashed("three boats and a lamp")
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")  # RFC 9106, second choice
    assert passwords.fits(made, "three boats and a lamp")
    assert not passwords.fits(made, "three boats and a lamb")


def test_a_hash_made_with_less_is_outdated(monkeypatch):
    weaker = passwords.hashed("three boats and a lamp")
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher())
    assert passwords.fits(weaker, "three boats and a lamp")
    assert passwords.is_outdated(weaker)
