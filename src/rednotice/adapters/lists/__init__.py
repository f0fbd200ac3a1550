"""Lists of others, as their publishers hand them out: the Security Council's (XML), OFAC's (CSV), FollowTheMoney."""

from rednotice.adapters.lists.common import FILE_LIMIT, Entry, ListFile
from rednotice.adapters.lists.ftm import FtmFile
from rednotice.adapters.lists.ofac import OFAC_SOURCE, beside, read_ofac
from rednotice.adapters.lists.un import UN_MEASURES, UN_SOURCE, read_un

__all__ = [
    "FILE_LIMIT",
    "OFAC_SOURCE",
    "UN_MEASURES",
    "UN_SOURCE",
    "Entry",
    "FtmFile",
    "ListFile",
    "beside",
    "read_ofac",
    "read_un",
]
