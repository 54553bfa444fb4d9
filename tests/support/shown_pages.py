"""Every page of the program, by who may see it, with an address that shows it."""

from __future__ import annotations

NOT_A_PAGE = {
    "static",
    "help.healthz",
    "operations.metrics",
    "api-docs.openapi_json",
    "filing.upload_progress",
    "proof.checkpoint",
    "proof.checkpoint_at",
    "proof.key",
    "proof.tile",
    "proof.receipt",
    "certificates.file",
    "certificates.picture",
    "certificates.public_file",
    "reports.photo",
    "requests.sheet",
    "proof.filing_receipts",
}
FILES = ("export", "_csv", "_xlsx", "refused_sheet")
REDIRECTS = {"help.index", "trace.search", "trace.public_text"}

OPERATOR = {
    "filing.home": "/operator",
    "filing.receipt": "/receipt?code={gtin}",
    "filing.uploads": "/uploads",
    "filing.new_entry": "/entries/new?kind=dispatch",
    "filing.new_transformation": "/entries/new/transformation",
    "filing.book": "/book",
    "filing.entry": "/entries/{entry}",
    "certificates.index": "/certificates",
    "certificates.show": "/certificates/{certificate}",
    "certificates.new": "/certificates/new?lot_id={lot_id}",
    "certificates.attach": "/certificates/{certificate}/about",
    "dossiers.show": "/dossiers/{subject}/{lot_id}",
    "requests.show": "/requests/{request}",
    "proof.entry": "/proof/entries/{entry}",
    "proof.filing": "/proof/entries/{entry}/filing",
    "filing.correct": "/entries/{entry}/correct",
    "filing.differs": "/deliveries/{delivery}/differs",
    "filing.label": "/lots/{lot_id}/label",
    "accounts.account": "/account",
    "accounts.new_key": "/account/keys",
    "accounts.delegations": "/delegations",
    "messages.inbox": "/messages",
    "passes.index": "/passes?sent=1",
    "passes.new": "/passes/new",
    "passes.show": "/passes/{ticket}",
    "passes.answer": "/passes/{ticket_to_me}/answer",
    "passes.sides": "/deliveries/sides",
    "passes.balance": "/balance",
    "messages.settings": "/messages/settings",
    "messages.new_webhook": "/messages/webhooks",
    "messages.webhook": "/messages/webhooks/{webhook}",
}
INSPECTOR = {
    "trace.show": "/trace?code={gtin}&lot={lot}",
    "trace.lots_held": "/subjects/{subject}/lots",
    "trace.dealers": "/trace/dealers?code={gtin}",
    "subjects.index": "/subjects",
    "reports.index": "/reports",
    "requests.index": "/requests",
    "requests.new": "/requests/new?operator={subject}&lot={lot_id}",
    "reports.show": "/reports/{consumer_report}",
    "subjects.show": "/subjects/{subject}",
    "accounts.audit": "/audit",
}
REGISTRAR = {
    "subjects.new": "/subjects/new",
    "subjects.amend": "/subjects/{subject}/amend",
    "subjects.merge": "/subjects/{subject}/merge",
    "products.names": "/products/names",
}
ADMIN = {
    "accounts.people": "/accounts",
    "accounts.new_person": "/accounts/new",
}
PUBLIC = {
    "help.start": "/",
    "help.manual": "/help/start",
    "proof.show": "/log/",
    "help.api_docs": "/api/docs",
    "accounts.sign_in": "/sign-in",
    "messages.confirm": "/messages/confirm/{confirm}",
    "messages.stop": "/messages/stop/{stop}",
    "trace.scan": "/scan",
    "trace.public_product": "/01/{gtin}",
    "trace.public_gtin_lot": "/01/{gtin}/10/{lot}",
    "trace.public_serial": "/01/{gtin}/10/{lot}/21/1",
    "trace.public_lot": "/trace/{trace}",
    "certificates.public": "/certificates/{report}/public",
    "papers.find": "/papers/",
    "reports.new": "/report?code={gtin}",
    "requests.ask": "/ask/{ask}",
    "requests.none": "/ask/{ask}/none",
    "requests.send_sheet": "/ask/{ask}/sheet",
    "reports.asked": "/report/state?number=1",
    "reports.state": "/report/state/{report_number}",
    "papers.show": "/papers/{paper}",
}
BY_PERSON = {
    "dianzhu": OPERATOR,
    "zhifa": INSPECTOR,
    "dengji": REGISTRAR,
    "guanli": ADMIN,
    "": PUBLIC,
}
MORE = {  # the same pages in other states
    "zhifa": (
        "/trace",
        "/trace?code={gtin}&lot={lot}&direction=up&view=tree",
        "/trace?code=1",
        "/certificates?state=expiring",
        "/certificates?lot={lot_id}",
        "/certificates?query=WT",
    ),
    "dianzhu": ("/scan?for=receipt", "/entries/new?kind=disposal", "/certificates/new"),
    "": (
        "{held}",
        "/help/bench",
        "/help/proof",
        "/help/certificates",
        "/01/06901234567892",
        "/nowhere",
    ),
}
