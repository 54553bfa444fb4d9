"""Paths hold for every leaf and every pair of sizes, and every forgery has its own name."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.trees import Log, audit_path, consistency, leaves, tree_hash

from ledger.kernel.errors import Refusal
from ledger.proof import errors
from ledger.proof.rules import merkle, paths

SMALL = 34


def hashes(count):
    return list(merkle.hashes_in(leaves(count)))


@pytest.mark.parametrize("size", range(1, SMALL))
def test_every_leaf_of_a_small_log_has_the_path_of_the_rfc(size):
    log, all_of_it = Log(size), hashes(size)
    for index in range(size):
        path = paths.inclusion_path(index, size, log.read)
        assert list(path) == audit_path(index, all_of_it)
        paths.verify_inclusion(
            index=index, size=size, leaf=all_of_it[index], path=path, root=log.root
        )


@pytest.mark.parametrize("new", range(1, SMALL))
def test_every_pair_of_small_sizes_has_the_proof_of_the_rfc(new):
    log, all_of_it = Log(new), hashes(new)
    for old in range(1, new + 1):
        path = paths.consistency_path(old, new, log.read)
        assert list(path) == consistency(old, all_of_it)
        paths.verify_consistency(
            old=old,
            new=new,
            old_root=tree_hash(all_of_it[:old]),
            new_root=log.root,
            path=path,
        )


LARGE = Log(70_000)
SIZES = st.integers(1, LARGE.size) | st.sampled_from([256, 257, 511, 65_535, 65_536, 65_537])


@settings(deadline=None, max_examples=60)
@given(SIZES, st.data())
def test_any_leaf_at_any_earlier_size_of_a_large_log(size, data):
    index = data.draw(st.integers(0, size - 1))
    tree = paths.StoredTree(size, LARGE.read)
    paths.verify_inclusion(
        index=index,
        size=size,
        leaf=tree.leaf(index),
        path=tree.inclusion_path(index),
        root=tree.root(),
    )


@settings(deadline=None, max_examples=60)
@given(SIZES, SIZES)
def test_any_two_sizes_of_a_large_log(one, other):
    old, new = sorted((one, other))
    tree = paths.StoredTree(new, LARGE.read)
    paths.verify_consistency(
        old=old,
        new=new,
        old_root=paths.StoredTree(old, LARGE.read).root(),
        new_root=tree.root(),
        path=tree.consistency_path(old),
    )


LOG = Log(13)
TREE = paths.StoredTree(13, LOG.read)
OTHER = bytes(range(32))


def inclusion(**changed):
    honest = {
        "index": 6,
        "size": 13,
        "leaf": TREE.leaf(6),
        "path": TREE.inclusion_path(6),
        "root": LOG.root,
    }
    paths.verify_inclusion(**{**honest, **changed})


PATH = TREE.inclusion_path(6)
SWAPPED = (PATH[1], PATH[0], *PATH[2:])
FORGED_INCLUSIONS = {
    "step 1: the index is the size": ({"index": 13}, errors.IndexBeyondTree),
    "step 1: the index is far beyond": ({"index": 1 << 40}, errors.IndexBeyondTree),
    "step 1: the index is negative": ({"index": -1}, errors.IndexBeyondTree),
    "step 1: the log is empty": ({"index": 0, "size": 0, "path": ()}, errors.IndexBeyondTree),
    "step 2: the neighbour's index": ({"index": 7}, errors.InclusionRootDiffers),
    "step 2: an index on the other side": ({"index": 1}, errors.InclusionRootDiffers),
    "step 2: the last leaf's index": ({"index": 12}, errors.PathTooLong),
    "step 2: a smaller size of less depth": ({"size": 8}, errors.PathTooLong),
    "step 2: half the size": ({"size": 7}, errors.PathTooLong),
    "step 2: twice the size": ({"size": 26}, errors.PathTooShort),
    "step 3: another leaf": ({"leaf": TREE.leaf(5)}, errors.InclusionRootDiffers),
    "step 3: the leaf's bytes, not their hash": ({"leaf": bytes(8)}, errors.HashLengthWrong),
    "step 3: two leaves given out as the bytes of one": (
        {"index": 3, "size": 7, "leaf": merkle.leaf_hash(TREE.leaf(6) + PATH[0]), "path": PATH[1:]},
        errors.InclusionRootDiffers,
    ),
    "step 4a: one hash more": ({"path": (*PATH, OTHER)}, errors.PathTooLong),
    "step 4a: all hashes twice": ({"path": PATH * 2}, errors.PathTooLong),
    "step 4b: left and right exchanged": ({"path": SWAPPED}, errors.InclusionRootDiffers),
    "step 4b: the path from the root down": ({"path": PATH[::-1]}, errors.InclusionRootDiffers),
    "step 4b: a hash of another place": ({"path": (OTHER, *PATH[1:])}, errors.InclusionRootDiffers),
    "step 4b: a hash cut short": ({"path": (PATH[0][:31], *PATH[1:])}, errors.HashLengthWrong),
    "step 4b: a hash too long": ({"path": (PATH[0] + b"\0", *PATH[1:])}, errors.HashLengthWrong),
    "step 5: the last hash missing": ({"path": PATH[:-1]}, errors.PathTooShort),
    "step 5: the first hash missing": ({"path": PATH[1:]}, errors.PathTooShort),
    "step 5: no path at all": ({"path": ()}, errors.PathTooShort),
    "step 5: another root": ({"root": OTHER}, errors.InclusionRootDiffers),
    "step 5: the root of an earlier size": (
        {"root": paths.StoredTree(12, LOG.read).root()},
        errors.InclusionRootDiffers,
    ),
    "step 5: no root": ({"root": b""}, errors.HashLengthWrong),
}


def test_the_honest_inclusion_is_taken():
    inclusion()


@pytest.mark.parametrize("clause", FORGED_INCLUSIONS)
def test_a_forged_inclusion_is_refused_by_its_name(clause):
    changed, name = FORGED_INCLUSIONS[clause]
    with pytest.raises(name):
        inclusion(**changed)


def test_a_log_of_one_leaf_needs_no_path_and_takes_none():
    leaf = hashes(1)[0]
    paths.verify_inclusion(index=0, size=1, leaf=leaf, path=(), root=leaf)
    with pytest.raises(errors.PathTooLong):
        paths.verify_inclusion(index=0, size=1, leaf=leaf, path=(leaf,), root=leaf)


def growth(**changed):
    honest = {
        "old": 6,
        "new": 13,
        "old_root": paths.StoredTree(6, LOG.read).root(),
        "new_root": LOG.root,
        "path": TREE.consistency_path(6),
    }
    paths.verify_consistency(**{**honest, **changed})


GROWTH = TREE.consistency_path(6)
ROOT_8 = paths.StoredTree(8, LOG.read).root()
FULL = {"old": 8, "old_root": ROOT_8, "path": TREE.consistency_path(8)}
FORGED_GROWTHS = {
    "before: the older is larger": ({"old": 14}, errors.OldTreeLarger),
    "before: the older is negative": ({"old": -1}, errors.OldTreeLarger),
    "before: the sizes are exchanged": ({"old": 13, "new": 6}, errors.OldTreeLarger),
    "before: equal sizes, another root": (
        {"old": 13, "old_root": OTHER, "path": ()},
        errors.EqualTreesDiffer,
    ),
    "before: equal sizes, and a path": (
        {"old": 13, "old_root": LOG.root},
        errors.ConsistencyPathNeedless,
    ),
    "before: from nothing, another root": (
        {"old": 0, "old_root": OTHER, "path": ()},
        errors.EmptyTreeRootWrong,
    ),
    "before: from nothing, and a path": (
        {"old": 0, "old_root": merkle.EMPTY_ROOT},
        errors.ConsistencyPathNeedless,
    ),
    "before: a hash cut short": ({"path": (GROWTH[0][:31], *GROWTH[1:])}, errors.HashLengthWrong),
    "step 1: no path": ({"path": ()}, errors.ConsistencyPathEmpty),
    "step 2: a full older tree is sent as well": (
        {**FULL, "path": (ROOT_8, *TREE.consistency_path(8))},
        errors.PathTooLong,
    ),
    "step 2: a full older tree of another root": (
        {**FULL, "old_root": OTHER},
        errors.NewRootDiffers,
    ),
    "step 3: another older size": ({"old": 5}, errors.PathTooShort),
    "step 3: another newer size": ({"new": 26}, errors.PathTooShort),
    "step 4: a newer size of another shape": ({"new": 8}, errors.PathTooLong),
    "step 5: the first hash exchanged": ({"path": (OTHER, *GROWTH[1:])}, errors.OldRootDiffers),
    "step 6a: one hash more": ({"path": (*GROWTH, OTHER)}, errors.PathTooLong),
    "step 6b: left and right exchanged": (
        {"path": (GROWTH[1], GROWTH[0], *GROWTH[2:])},
        errors.OldRootDiffers,
    ),
    "step 6c: what is right of the older exchanged": (
        {"path": (*GROWTH[:-1], OTHER)},
        errors.NewRootDiffers,
    ),
    "step 7: the last hash missing": ({"path": GROWTH[:-1]}, errors.PathTooShort),
    "step 7: another older root": ({"old_root": OTHER}, errors.OldRootDiffers),
    "step 7: another newer root": ({"new_root": OTHER}, errors.NewRootDiffers),
    "step 7: an older leaf altered, the newer honest": (
        {"old_root": tree_hash([OTHER, *hashes(6)[1:]])},
        errors.OldRootDiffers,
    ),
    "step 7: a leaf altered since": (
        {"new_root": tree_hash([OTHER, *hashes(13)[1:]])},
        errors.NewRootDiffers,
    ),
}


def test_the_honest_growth_is_taken():
    growth()
    growth(**FULL)
    growth(old=13, old_root=LOG.root, path=())
    growth(old=0, old_root=merkle.EMPTY_ROOT, path=())


@pytest.mark.parametrize("clause", FORGED_GROWTHS)
def test_a_forged_growth_is_refused_by_its_name(clause):
    changed, name = FORGED_GROWTHS[clause]
    with pytest.raises(name):
        growth(**changed)


def tampered(path):
    """The path in every way in which one hash can be touched."""
    for at in range(len(path)):
        yield (*path[:at], bytes([path[at][0] ^ 1]) + path[at][1:], *path[at + 1 :])
        yield (*path[:at], *path[at + 1 :])
        yield (*path[:at], path[at], *path[at:])
    for one, other in itertools.combinations(range(len(path)), 2):
        swapped = list(path)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        yield tuple(swapped)


@pytest.mark.parametrize("size", [2, 3, 7, 8, 21])
def test_no_touched_path_is_ever_taken(size):
    log = Log(size)
    tree = paths.StoredTree(size, log.read)
    for index in range(size):
        for path in tampered(tree.inclusion_path(index)):
            with pytest.raises(Refusal):
                paths.verify_inclusion(
                    index=index, size=size, leaf=tree.leaf(index), path=path, root=log.root
                )
        for other in set(range(size)) - {index}:
            with pytest.raises(Refusal):
                paths.verify_inclusion(
                    index=other,
                    size=size,
                    leaf=tree.leaf(index),
                    path=tree.inclusion_path(index),
                    root=log.root,
                )
    for old in range(1, size):
        root = paths.StoredTree(old, log.read).root()
        for path in tampered(tree.consistency_path(old)):
            with pytest.raises(Refusal):
                paths.verify_consistency(
                    old=old, new=size, old_root=root, new_root=log.root, path=path
                )


@pytest.mark.parametrize("index", [-1, 13, 14])
def test_there_is_no_path_for_a_leaf_that_is_not_there(index):
    with pytest.raises(errors.IndexBeyondTree):
        TREE.inclusion_path(index)


@pytest.mark.parametrize("old", [-1, 14])
def test_there_is_no_path_from_a_larger_size(old):
    with pytest.raises(errors.OldTreeLarger):
        TREE.consistency_path(old)


def test_a_path_through_a_damaged_tile_leads_elsewhere():
    log = Log(600)
    tiles = dict(log.tiles)
    tiles[0, 1] = OTHER + tiles[0, 1][32:]
    tree = paths.StoredTree(600, lambda at: tiles[at.level, at.index])
    with pytest.raises(errors.InclusionRootDiffers):
        paths.verify_inclusion(
            index=257,
            size=600,
            leaf=tree.leaf(257),
            path=tree.inclusion_path(257),
            root=log.root,
        )
