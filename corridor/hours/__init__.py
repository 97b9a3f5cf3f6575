"""When something is open or held: opening hours and periods, in OSM's words or Chinese, asked at a moment.

What is not understood is unknown: neither open nor closed, neither held nor not.

>>> from corridor.hours import in_osm_words, read_period
>>> in_osm_words("工作日 9:00—17:30，午休12:00-13:30")
'Mo,Tu,We,Th,Fr 09:00-12:00,13:30-17:30; PH off'
>>> read_period("每月第二个周六").words.zh
'每月第2个周六'
"""

from corridor.hours._opening import in_osm_words, is_open, is_understood
from corridor.hours._period import Period, is_held, read_period

__all__ = ["Period", "in_osm_words", "is_held", "is_open", "is_understood", "read_period"]
