"""Exit status 0 while the web server of this container is ready; for the health check."""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit

connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=8)
# Under any other name it would not answer.
connection.request("GET", "/readyz", headers={"Host": urlsplit(os.environ["SITE_URL"]).hostname or ""})
sys.exit(0 if connection.getresponse().status == 200 else 1)
