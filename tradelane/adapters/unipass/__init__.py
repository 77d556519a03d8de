"""UNI-PASS Open API of the Korea Customs Service: weekly rates and loading, read only."""

from tradelane.adapters.unipass.adapter import UnipassAccess, UnipassCustoms

__all__ = ["UnipassAccess", "UnipassCustoms"]
