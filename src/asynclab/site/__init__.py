"""A web site on loopback for downloads and crawlers, which tells what it saw.

Content is generated: the same address gives the same bytes. Concurrency can be asserted by the most
requests that were under way at once (`Site.peak`), whatever the client says of itself.
"""

from asynclab.site.counters import Visit
from asynclab.site.pictures import picture
from asynclab.site.site import Site, SiteError

__all__ = ["Site", "SiteError", "Visit", "picture"]
