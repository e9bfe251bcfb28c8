"""Exit 0 when the page at this address answers 200; else 1, with what it says."""

import sys
import urllib.error
import urllib.request

try:
    urllib.request.urlopen(sys.argv[1], timeout=2)  # noqa: S310 - the address is the health check's own
except urllib.error.HTTPError as error:
    sys.exit(error.read().decode())
except OSError as error:
    sys.exit(str(error))
