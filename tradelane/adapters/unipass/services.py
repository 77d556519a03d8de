"""The services of UNI-PASS that are asked: paths, roots and rows as data. All of them read; none files or amends.

Every service has a key of its own. Roots and rows are compared without regard to case: one and the same service is
seen written both ways. Source and certainty of each: docs/counterparties/unipass.md.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One service: its number, its operation, the root of its answer and the elements that are rows."""

    number: str
    path: str
    root: str
    rows: tuple[str, ...]
    about: str

    @property
    def variable(self) -> str:
        """The setting that holds its key."""
        return f"TRADELANE_UNIPASS_KEYS__{self.number}"


DECLARATION = Service(
    "API002",
    "/expDclrNoPrExpFfmnBrkdQry/retrieveExpDclrNoPrExpFfmnBrkd",
    "expDclrNoPrExpFfmnBrkdQryRtnVo",
    (
        "expDclrNoPrExpFfmnBrkdQryRsltVo",
        "expDclrNoPrExpFfmnBrkdDtlQryRsltVo",
        "expDclrNoPrExpFfmnBrkdBlNoQryRsltVo",
    ),
    "state of an export declaration, by number or waybill",
)
CLEARANCE_CODE = Service(
    "API010", "/ecmQry/retrieveEcm", "ecmQryRtnVo", ("ecmQryRsltVo",), "customs clearance codes of companies"
)
FOREIGN_PARTY = Service(
    "API011",
    "/ovrsSplrSgnQry/retrieveOvrsSplrSgn",
    "ovrsSplrSgnQryRtnVo",
    ("ovrsSplrSgnQryRsltVo",),
    "codes of foreign parties",
)
RATES = Service(
    "API012",
    "/trifFxrtInfoQry/retrieveTrifFxrtInfo",
    "trifFxrtInfoQryRtnVo",
    ("trifFxrtInfoQryRsltVo",),
    "weekly customs exchange rates",
)
BROKERS = Service(
    "API013",
    "/lcaLstInfoQry/retrieveLcaBrkd",
    "lcaLstInfoQryRtnVo",
    ("lcaLstInfoQryRsltVo",),
    "customs brokers by name",
)
BROKER = Service(
    "API014", "/lcaBrkdQry/retrieveLcaBrkd", "lcaBrkdQryRtnVo", ("lcaBrkdQryRsltVo",), "one customs broker by code"
)
DRAWBACK_RATE = Service(
    "API015",
    "/simlXamrttXtrnUserQry/retrieveSimlXamrttXtrnUser",
    "simlXamrttXtrnUserQryRtnVo",
    ("simlXamrttXtrnUserQryRsltVo",),
    "rates of simplified drawback",
)
DRAWBACK_COMPANY = Service(
    "API016",
    "/simlFxamtAplyNnaplyEntsQry/retrieveSimlFxamtAplyNnaplyEnts",
    "simlFxamtAplyNnaplyEntsQryRtnVo",
    ("simlFxamtAplyNnaplyEntsQryRsltVo",),
    "whether a company uses simplified drawback",
)
SHORTENED_PERIOD = Service(
    "API017",
    "/expFfmnPridShrtTrgtPrlstQry/retrieveExpFfmnPridShrtTrgtPrlst",
    "expFfmnPridShrtTrgtPrlstQryRtnVo",
    ("expFfmnPridShrtTrgtPrlstQryRsltVo",),
    "goods with a shortened loading period",
)
HS_CODES = Service("API018", "/hsSgnQry/searchHsSgn", "hsSgnSrchRtnVo", ("hsSgnSrchRsltVo",), "HS codes and units")
CODE_LISTS = Service(
    "API019", "/statsSgnQry/retrieveStatsSgnBrkd", "statsSgnQryRtnVo", ("statsSgnQryVo",), "code lists of customs"
)
REQUIREMENTS = Service(
    "API029",
    "/ccctLworCdQry/retrieveCcctLworCd",
    "ccctLworCdQryRtnVo",
    ("ccctLworCdQryRsltVo",),
    "goods that need confirmation by the customs head",
)
DUTY_RATES = Service("API030", "/trrtQry/retrieveTrrt", "trrtQryRtnVo", ("trrtQryRsltVo",), "duty rates of an HS code")
CUSTOMS_OFFICE = Service(
    "API031",
    "/postNoPrCstmSgnQry/retrievePostNoPrCstmSgnQry",
    "psnoPrJrsdCstmQryRtnVo",
    ("psnoPrJrsdCstmQryRsltVoList",),
    "customs office in charge of a postcode",
)
VERIFICATION = Service(
    "API035",
    "/expDclrCrfnVrfcInfoQry/retrieveExpDclrCrfnVrfc",
    "expDclrCrfnVrfcQryRsltVo",
    (),
    "whether a declaration certificate is genuine",
)
CONVERTED_LIST = Service(
    "API051",
    "/elcmExpLoadInfoQry/retrieveElcmExpLoadInfo",
    "elcmExpLoadInfoQryRtnVo",
    ("elcmExpLoadInfoQryRsltVo",),
    "loading of a converted list",
)
AMENDMENT = Service(
    "API052",
    "/mdfyPrcsSttsBrkdQry/retrieveMdfyPrcsSttsBrkd",
    "mdfyPrcsSttsBrkdQryRtnVo",
    ("mdfyPrcsSttsBrkdQryRsltVoLst", "mdfyPrcsSttsBrkdQryRsltVo"),
    "state of a request to amend",
)
INSPECTION = Service(
    "API053",
    "/expLdpInscInfoQry/retrieveLdpInscInfo",
    "expLdpInscInfoQryRtnVo",
    ("expLdpInscInfoQryRsltVo",),
    "inspection where goods are loaded",
)

SERVICES: tuple[Service, ...] = (
    DECLARATION,
    CLEARANCE_CODE,
    FOREIGN_PARTY,
    RATES,
    BROKERS,
    BROKER,
    DRAWBACK_RATE,
    DRAWBACK_COMPANY,
    SHORTENED_PERIOD,
    HS_CODES,
    CODE_LISTS,
    REQUIREMENTS,
    DUTY_RATES,
    CUSTOMS_OFFICE,
    VERIFICATION,
    CONVERTED_LIST,
    AMENDMENT,
    INSPECTION,
)
