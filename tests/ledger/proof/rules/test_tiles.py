"""A tile has one address, and other spellings of it are no addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof import errors
from ledger.proof.rules.tiles import parse_tile_path, tile_path
from ledger.proof.terms import TileAddress

KNOWN = {
    "0/000": TileAddress(0, 0),
    "0/255": TileAddress(0, 255),
    "0/000.p/1": TileAddress(0, 0, 1),
    "1/x001/067.p/8": TileAddress(1, 1067, 8),
    "0/x001/x234/067": TileAddress(0, 1_234_067),  # the example of tlog-tiles
    "63/999.p/255": TileAddress(63, 999, 255),
    "3/x100/x000/x000/000": TileAddress(3, 100_000_000_000),
}


@pytest.mark.parametrize("path", KNOWN)
def test_addresses_of_the_form(path):
    level, _, rest = path.partition("/")
    assert parse_tile_path(level, rest) == KNOWN[path]
    assert tile_path(KNOWN[path]) == path


@given(st.integers(0, 63), st.integers(0, 10**18 - 1), st.integers(1, 256))
def test_every_address_is_read_back(level, index, width):
    address = TileAddress(level, index, width)
    first, _, rest = tile_path(address).partition("/")
    assert parse_tile_path(first, rest) == address


WRONG = {
    ("", "000"): errors.TileLevelWrong,
    ("00", "000"): errors.TileLevelWrong,
    ("-1", "000"): errors.TileLevelWrong,
    ("64", "000"): errors.TileLevelWrong,
    ("entries", "000"): errors.TileLevelWrong,
    ("٣", "000"): errors.TileLevelWrong,
    ("0", ""): errors.TileIndexWrong,
    ("0", "0"): errors.TileIndexWrong,
    ("0", "0000"): errors.TileIndexWrong,
    ("0", "x000"): errors.TileIndexWrong,
    ("0", "001/067"): errors.TileIndexWrong,
    ("0", "x001/x067"): errors.TileIndexWrong,
    ("0", "x000/067"): errors.TileIndexWrong,
    ("0", "X001/067"): errors.TileIndexWrong,
    ("0", "x001//067"): errors.TileIndexWrong,
    ("0", "/067"): errors.TileIndexWrong,
    ("0", "067/"): errors.TileIndexWrong,
    ("0", "067\n"): errors.TileIndexWrong,
    ("0", "x001/" * 6 + "000"): errors.TileIndexWrong,
    ("0", "../../etc"): errors.TileIndexWrong,
    ("0", "000.p"): errors.TileIndexWrong,
    ("0", "000.p/"): errors.TileWidthWrong,
    ("0", "000.p/0"): errors.TileWidthWrong,
    ("0", "000.p/01"): errors.TileWidthWrong,
    ("0", "000.p/256"): errors.TileWidthWrong,
    ("0", "000.p/1.p/1"): errors.TileWidthWrong,
}


@pytest.mark.parametrize(("level", "rest"), WRONG)
def test_other_spellings_are_refused_by_name(level, rest):
    with pytest.raises(WRONG[level, rest]):
        parse_tile_path(level, rest)
