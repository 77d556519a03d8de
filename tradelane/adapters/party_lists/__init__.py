"""Published lists of restricted parties, read from the files in which they are published."""

from tradelane.adapters.party_lists.head import NotAList
from tradelane.adapters.party_lists.reading import ListFile, read_list

__all__ = ["ListFile", "NotAList", "read_list"]
