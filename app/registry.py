"""The modules of this house, listed, not discovered: one line each."""

from __future__ import annotations

from app.accounts.module import MODULE as ACCOUNTS
from app.credit.classification.module import MODULE as CLASSIFICATION
from app.credit.grading.module import MODULE as GRADING
from app.credit.inspections.module import MODULE as INSPECTIONS
from app.credit.objections.module import MODULE as OBJECTIONS
from app.credit.ratings.module import MODULE as RATINGS
from app.credit.records.module import MODULE as RECORDS
from app.credit.scoring.module import MODULE as SCORING
from app.credit.scoring.terms import declare
from app.credit.signage.module import MODULE as SIGNAGE
from app.credit.supervision.module import MODULE as SUPERVISION
from app.doors import jobs
from app.food.certificates.module import MODULE as CERTIFICATES
from app.food.dossiers.module import MODULE as DOSSIERS
from app.food.filing.module import MODULE as FILING
from app.food.passes.module import MODULE as PASSES
from app.food.products.module import MODULE as PRODUCTS
from app.food.recalls.module import MODULE as RECALLS
from app.food.reports.module import MODULE as REPORTS
from app.food.requests.module import MODULE as REQUESTS
from app.food.subjects.module import MODULE as SUBJECTS
from app.food.trace.module import MODULE as TRACE
from app.help.module import MODULE as HELP
from app.messages.module import MODULE as MESSAGES
from app.module import Module
from app.operations.module import MODULE as OPERATIONS
from app.papers.module import MODULE as PAPERS
from app.proof.module import MODULE as PROOF
from app.town.module import MODULE as TOWN

_MODULES = (
    ACCOUNTS,
    MESSAGES,
    SUBJECTS,
    PRODUCTS,
    FILING,
    PASSES,
    CERTIFICATES,
    TRACE,
    RECALLS,
    DOSSIERS,
    REPORTS,
    REQUESTS,
    RECORDS,
    OBJECTIONS,
    SCORING,
    GRADING,
    SUPERVISION,
    INSPECTIONS,
    RATINGS,
    SIGNAGE,
    CLASSIFICATION,
    PROOF,
    PAPERS,
    HELP,
    OPERATIONS,
    TOWN,
)


def modules() -> tuple[Module, ...]:
    """All modules, in the order of the house."""
    return _MODULES


def wire() -> tuple[Module, ...]:
    """Tell the job door which jobs there are and which facts they react to; returns the modules."""
    for module in _MODULES:
        declare(module.extras)
        for job in (*module.jobs, *module.reacts_to.values(), *(e.job for e in module.periodic)):
            jobs.JOBS[job.name] = job
        for fact, job in module.reacts_to.items():
            names = set(jobs.REACTIONS.get(fact, ())) | {job.name}
            jobs.REACTIONS[fact] = tuple(sorted(names))
    return _MODULES
