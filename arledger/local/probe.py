"""The containers' health check of a web process: ``python -m arledger.local.probe`` exits 0 when it is ready."""

from __future__ import annotations

import http.client
import os
import sys

SECONDS = 8


def ready(port: int) -> bool:
    """Whether the web process of this container and its servers answer."""
    # As the balancer asks: under a name the installation goes by, over its own encryption.
    host = os.environ.get("ARLEDGER_ALLOWED_HOSTS", "localhost").split(",")[0]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/readyz", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not ready(8000))
