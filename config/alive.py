"""`python -m config.alive PORT`: does the web process here answer? For health checks.

It asks under the public name, because a request for any other is refused.
"""

import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit


def main() -> int:
    url = f"http://127.0.0.1:{sys.argv[1]}/healthz"
    host = urlsplit(os.environ["BASE_URL"]).netloc
    request = urllib.request.Request(url, headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:  # noqa: S310
            return 0 if answer.status == 200 else 1
    except (urllib.error.URLError, OSError) as problem:
        sys.stderr.write(f"{url} for {host}: {problem}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
