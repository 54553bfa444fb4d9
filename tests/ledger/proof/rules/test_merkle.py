"""The tree of RFC 6962: the roots everybody knows, and growth in any steps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.trees import Log, leaves, tree_hash

from ledger.proof import errors
from ledger.proof.rules import merkle
from ledger.proof.terms import TileAddress

# the inputs and roots with which implementations of RFC 6962 compare themselves
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
INPUTS += ["606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def split(data):
    return list(merkle.hashes_in(data))


@pytest.mark.parametrize("count", range(9))
def test_the_known_roots_come_out(count):
    hashes = b"".join(merkle.leaf_hash(bytes.fromhex(one)) for one in INPUTS[:count])
    assert merkle.root_of_leaves(hashes).hex() == ROOTS[count]


@pytest.mark.parametrize("count", [*range(20), 255, 256, 257, 511, 512, 513, 1000])
def test_the_root_is_the_one_the_rfc_writes_down(count):
    hashes = leaves(count)
    assert merkle.root_of_leaves(hashes) == tree_hash(split(hashes))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from([0, 1, 2, 7, 255, 256, 257, 600, 3000]), max_size=8))
def test_in_whatever_steps_it_grew_the_log_is_the_same(steps):
    log, at_once = Log(*steps), Log(sum(steps))
    assert log.root == at_once.root
    assert log.partials == at_once.partials
    assert log.tiles == at_once.tiles
    assert merkle.partials_of(log.size, log.read) == log.partials


def test_a_third_level_of_tiles_begins_where_the_second_is_full():
    log = Log(256 * 256 - 1, 1)
    assert len(log.tiles[1, 0]) == 256 * 32
    assert log.tiles[2, 0] == log.root
    assert merkle.partial_addresses(log.size) == (TileAddress(2, 0, 1),)
    log.grow(1)
    assert log.root == merkle.node_hash(log.tiles[2, 0], log.tiles[0, 256])
    assert merkle.partials_of(log.size, log.read) == log.partials


def test_c2sps_own_example_of_tiles():
    # tlog-tiles: a tree of 70,000 has 273 full and one of 112 at level 0, 1 full and one of 17
    assert merkle.partial_addresses(70_000) == (
        TileAddress(0, 273, 112),
        TileAddress(1, 1, 17),
        TileAddress(2, 0, 1),
    )


def test_only_what_grew_comes_back():
    log = Log(256 * 3 + 5)
    grown = merkle.grow(log.size, log.partials, leaves(2, log.size))
    assert [(one.level, one.index, one.width) for one in grown.tiles] == [(0, 3, 7)]


@pytest.mark.parametrize("length", [1, 31, 33, 63])
def test_half_a_hash_is_none(length):
    with pytest.raises(errors.HashLengthWrong):
        merkle.grow(0, (), bytes(length))


@pytest.mark.parametrize("partials", [(), (bytes(32),), (bytes(32 * 6),), (bytes(160), bytes(32))])
def test_a_log_does_not_grow_from_the_edge_of_another(partials):
    with pytest.raises(errors.TileTooShort):
        merkle.grow(5, partials, leaves(1))


def test_a_tile_that_was_cut_is_named():
    log = Log(300)
    log.tiles[0, 1] = log.tiles[0, 1][:-32]
    with pytest.raises(errors.TileTooShort) as caught:
        merkle.partials_of(log.size, log.read)
    assert caught.value.params == {"level": 0, "index": 1, "width": 44, "found": 43}
