"""Evidence of exports for the tax office: packs, their verification, and what is missing.

`make_pack` writes one file for one exporter and period, `verify_pack` holds it against its manifest, `quarters_of` says
what there is. Everything comes from our own tables and the document store; the engine may have forgotten the runs.
"""

from tradelane.desk.evidence.listing import Evidence, Quarter, quarters_of
from tradelane.desk.evidence.pack import PackMade, Total, make_pack
from tradelane.desk.evidence.period import Period, quarter_of, read_period
from tradelane.desk.evidence.verification import Verified, verify_pack
from tradelane.desk.unfiled_certificates import Unfiled, in_words, unfiled_certificates

__all__ = [
    "Evidence",
    "PackMade",
    "Period",
    "Quarter",
    "Total",
    "Unfiled",
    "Verified",
    "in_words",
    "make_pack",
    "quarter_of",
    "quarters_of",
    "read_period",
    "unfiled_certificates",
    "verify_pack",
]
