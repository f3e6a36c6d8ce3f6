"""What granian serves on one's own machine: it ends with granian, however that ends.

Asked to stop while it starts, granian can miss the end of its own child, which goes on
serving. So the kernel ends both: granian with the supervisor, and this with granian,
which leads the session.
"""

import os
import signal

from config.local.children import follow_parent

if follow := follow_parent(signal.SIGKILL, os.getsid(0)):
    follow()

from config.wsgi import application

__all__ = ["application"]
