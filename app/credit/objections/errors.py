"""What objections refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class NotYourRecord(Forbidden):
    """Only the subject itself disputes its records, or an officer for a paper it sent."""

    code = "objections.not_your_record"


class UnknownObjection(NotFound):
    """There is no such objection, or it is not yours."""

    code = "objections.unknown_objection"


class AlreadyOpen(Conflict):
    """An objection to this record is in hand."""

    code = "objections.already_open"


class OutOfTurn(Conflict):
    """The objection has moved on: this step does not follow on its state."""

    code = "objections.out_of_turn"


class RecordMoved(Conflict):
    """The record was changed since it was looked at; look at it again."""

    code = "objections.record_moved"


class NotYoursToDecide(Forbidden):
    """Another agency, or the platform's officer, decides this objection."""

    code = "objections.not_yours_to_decide"


class NewEvidenceNeeded(Invalid):
    """This fact was decided already; it is taken up again with evidence that is new."""

    code = "objections.new_evidence_needed"


class GroundsMissing(Invalid):
    """An objection says what is wrong."""

    code = "objections.grounds_missing"


class DecisionMissing(Invalid):
    """A decision is for or against."""

    code = "objections.decision_missing"


class ReasonMissing(Invalid):
    """A decision says why."""

    code = "objections.reason_missing"


class CorrectionMissing(Invalid):
    """A correction at once says what the record should be."""

    code = "objections.correction_missing"


class NoExtension(Invalid):
    """The rules in force here give no longer time."""

    code = "objections.no_extension"


class PaperDayWrong(Invalid):
    """The day a paper came lies in the last thirty days."""

    code = "objections.paper_day_wrong"


class BroughtByMissing(Invalid):
    """A paper was signed by somebody."""

    code = "objections.brought_by_missing"


class TooManyFiles(Invalid):
    """More files than an objection takes."""

    code = "objections.too_many_files"


class TextTooLong(Invalid):
    """A text of an objection is longer than anybody reads."""

    code = "objections.text_too_long"
