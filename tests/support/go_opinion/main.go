// What the library of the Go checksum database says of a log of ours: is its checkpoint signed, do
// its tiles give the root, do our paths hold. Run as: main FOLDER VKEY. Answers one line.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index int64
	Leaf  string
	Path  []string
}

type consistency struct {
	Old  int64
	Root string
	Path []string
}

type proofs struct {
	Inclusions    []inclusion
	Consistencies []consistency
}

type folder string

func (f folder) Height() int { return 8 }

// Go writes tile/8/<level>/…, C2SP tile/<level>/….
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func check(err error) {
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func hash(text string) tlog.Hash {
	data, err := base64.StdEncoding.DecodeString(text)
	check(err)
	return tlog.Hash(data)
}

func hashes(texts []string) (found []tlog.Hash) {
	for _, text := range texts {
		found = append(found, hash(text))
	}
	return found
}

func main() {
	place := folder(os.Args[1])
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	whole, err := os.ReadFile(filepath.Join(os.Args[1], "checkpoint"))
	check(err)
	opened, err := note.Open(whole, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root := hash(lines[2])
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, place)

	data, err := os.ReadFile(filepath.Join(os.Args[1], "proofs.json"))
	check(err)
	var given proofs
	check(json.Unmarshal(data, &given))
	for _, one := range given.Inclusions {
		check(tlog.CheckRecord(hashes(one.Path), size, root, one.Index, hash(one.Leaf)))
		own, err := tlog.ProveRecord(size, one.Index, reader)
		check(err)
		check(tlog.CheckRecord(own, size, root, one.Index, hash(one.Leaf)))
	}
	for _, one := range given.Consistencies {
		check(tlog.CheckTree(hashes(one.Path), size, root, one.Old, hash(one.Root)))
		own, err := tlog.ProveTree(size, one.Old, reader)
		check(err)
		check(tlog.CheckTree(own, size, root, one.Old, hash(one.Root)))
	}
	fmt.Println("holds:", size, len(given.Inclusions), len(given.Consistencies))
}
