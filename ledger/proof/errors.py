"""The refusals of the proof, in order of precedence: keys, notes, checkpoints, tiles, paths.

A proof is read before it is judged, and judged in the order of the clauses of RFC 9162 2.1.3.2 and
2.1.4.2 (the algorithms of RFC 6962 written out), so each forgery has one name.
"""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, LimitReached, Malformed, NotFound


class KeyNameWrong(Malformed):
    """A key's name is empty, too long, or holds spaces, plus signs or control characters."""

    code = "proof.key_name_wrong"


class SigningKeyUnreadable(Malformed):
    """The text of a secret key is not one of this form, or contradicts itself."""

    code = "proof.signing_key_unreadable"


class VerifierKeyUnreadable(Malformed):
    """The text of a public key is not name+number+base64."""

    code = "proof.verifier_key_unreadable"


class KeyAlgorithmUnknown(Invalid):
    """The key is for signatures this program does not make or check."""

    code = "proof.key_algorithm_unknown"


class KeyNumberWrong(Invalid):
    """The number in the text of a key is not the one its name and bytes give."""

    code = "proof.key_number_wrong"


class NoteTooLong(LimitReached):
    """A note or a receipt is longer than any we make or take."""

    code = "proof.note_too_long"


class NoteNotText(Malformed):
    """The bytes are not UTF-8."""

    code = "proof.note_not_text"


class NoteControlCharacter(Malformed):
    """A note holds a control character other than the end of a line."""

    code = "proof.note_control_character"


class NoteNotEnded(Malformed):
    """The last line of a note is not ended by a newline: it was cut off."""

    code = "proof.note_not_ended"


class NoteUnsigned(Malformed):
    """A note has no empty line with signatures behind it."""

    code = "proof.note_unsigned"


class TooManySignatures(LimitReached):
    """A note has more signature lines than are looked at."""

    code = "proof.too_many_signatures"


class SignatureLineUnreadable(Malformed):
    """A line among the signatures is not dash, name and base64."""

    code = "proof.signature_line_unreadable"


class SignatureNotBase64(Malformed):
    """A signature is not base64 in its one canonical spelling."""

    code = "proof.signature_not_base64"


class SignatureTooShort(Malformed):
    """A signature is too short to hold the number of a key and anything behind it."""

    code = "proof.signature_too_short"


class NotSignedByKey(Invalid):
    """No signature of the note is by the key that was asked for."""

    code = "proof.not_signed_by_key"


class SignatureWrong(Invalid):
    """A signature by the key that was asked for does not fit the text."""

    code = "proof.signature_wrong"


class NoWitnessSigned(Invalid):
    """None of the signatures under a checkpoint is by a witness of this log."""

    code = "proof.no_witness_signed"


class CheckpointUnreadable(Malformed):
    """The text of a checkpoint is not origin, size, root and further lines that are not empty."""

    code = "proof.checkpoint_unreadable"


class CheckpointSizeUnreadable(Malformed):
    """The size of a checkpoint is not a plain decimal number without leading zeros."""

    code = "proof.checkpoint_size_unreadable"


class CheckpointRootUnreadable(Malformed):
    """The root of a checkpoint is not the base64 of 32 bytes."""

    code = "proof.checkpoint_root_unreadable"


class CheckpointOfOtherLog(Invalid):
    """The checkpoint is of a log of another name than the one asked for."""

    code = "proof.checkpoint_of_other_log"


class ReceiptUnreadable(Malformed):
    """The file does not begin like a receipt."""

    code = "proof.receipt_unreadable"


class ReceiptLeafUnreadable(Malformed):
    """The line with the entry's records is missing or is not base64."""

    code = "proof.receipt_leaf_unreadable"


class ReceiptIndexUnreadable(Malformed):
    """The line with the place in the log is missing or no plain number."""

    code = "proof.receipt_index_unreadable"


class ReceiptHashUnreadable(Malformed):
    """A line of the path is not the base64 of 32 bytes."""

    code = "proof.receipt_hash_unreadable"


class ReceiptCheckpointMissing(Malformed):
    """No checkpoint follows the path."""

    code = "proof.receipt_checkpoint_missing"


class LeafUnreadable(Malformed):
    """The records in a receipt are not of a form this program knows."""

    code = "proof.leaf_unreadable"


class TileLevelWrong(Malformed):
    """The level of a tile is not a number from 0 to 63 without leading zeros."""

    code = "proof.tile_level_wrong"


class TileIndexWrong(Malformed):
    """The index of a tile is not groups of three digits, all but the last marked with an x."""

    code = "proof.tile_index_wrong"


class TileWidthWrong(Malformed):
    """The width of a partial tile is not a number from 1 to 255 without leading zeros."""

    code = "proof.tile_width_wrong"


class TileTooShort(Invalid):
    """A tile holds fewer hashes than the size of the log says it must."""

    code = "proof.tile_too_short"


class HashLengthWrong(Malformed):
    """A hash is not 32 bytes long."""

    code = "proof.hash_length_wrong"


class IndexBeyondTree(Invalid):
    """The place of a leaf is not inside a log of that size (RFC 9162 2.1.3.2, step 1)."""

    code = "proof.index_beyond_tree"


class PathTooLong(Invalid):
    """A path goes on although the root is reached (2.1.3.2 step 4a, 2.1.4.2 step 6a)."""

    code = "proof.path_too_long"


class PathTooShort(Invalid):
    """A path ends before the root is reached (2.1.3.2 step 5, 2.1.4.2 step 7)."""

    code = "proof.path_too_short"


class InclusionRootDiffers(Invalid):
    """Leaf and path give another root than the checkpoint's (2.1.3.2 step 5)."""

    code = "proof.inclusion_root_differs"


class OldTreeLarger(Invalid):
    """The older of two checkpoints is larger than the newer."""

    code = "proof.old_tree_larger"


class EqualTreesDiffer(Invalid):
    """Two checkpoints of one size have different roots: the log has shown two faces."""

    code = "proof.equal_trees_differ"


class EmptyTreeRootWrong(Invalid):
    """A checkpoint of size 0 has another root than the hash of nothing."""

    code = "proof.empty_tree_root_wrong"


class ConsistencyPathNeedless(Invalid):
    """Hashes are given where two sizes are equal or the older is 0: there is nothing to prove."""

    code = "proof.consistency_path_needless"


class ConsistencyPathEmpty(Invalid):
    """No hashes are given although the sizes differ (2.1.4.2 step 1)."""

    code = "proof.consistency_path_empty"


class OldRootDiffers(Invalid):
    """The path gives another root for the older size than its checkpoint (2.1.4.2 step 7)."""

    code = "proof.old_root_differs"


class NewRootDiffers(Invalid):
    """The path gives another root for the newer size than its checkpoint (2.1.4.2 step 7)."""

    code = "proof.new_root_differs"


class UnknownCheckpoint(NotFound):
    """No checkpoint of that size was ever signed."""

    code = "proof.unknown_checkpoint"


class TooManyReceipts(LimitReached):
    """More receipts were asked for at once than are made."""

    code = "proof.too_many_receipts"


class NotSealedYet(NotFound):
    """The entry is in the book and its hash waits for the next sealing."""

    code = "proof.not_sealed_yet"


class EntryNotAsSealed(Conflict):
    """The rows of an entry do not give the hash the log holds: somebody has changed them."""

    code = "proof.entry_not_as_sealed"


class LogDamaged(Conflict):
    """The stored tiles do not give the root of the last signed checkpoint: nothing is added."""

    code = "proof.log_damaged"


class BookUnreadable(Conflict):
    """Rows of the book have not the form their columns promise: somebody has changed the table."""

    code = "proof.book_unreadable"


class NotYetPast(Invalid):
    """A purge was asked for by a day that has not come: nothing can be past its time by then."""

    code = "proof.not_yet_past"


class NotAllSealed(Conflict):
    """Something that would go is not sealed yet: its proof would be lost with it."""

    code = "proof.not_all_sealed"
