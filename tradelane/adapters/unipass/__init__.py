"""UNI-PASS Open API of the Korea Customs Service, read only: rates, requirements, loading, and people's questions."""

from tradelane.adapters.unipass.adapter import UnipassCustoms
from tradelane.adapters.unipass.client import UnipassAccess, demo_keys, mounts
from tradelane.adapters.unipass.library import UnipassLibrary
from tradelane.adapters.unipass.rates import Direction

__all__ = ["Direction", "UnipassAccess", "UnipassCustoms", "UnipassLibrary", "demo_keys", "mounts"]
