"""Open the demo screen in this computer's browser once the app answers: `python -m deploy.open_demo 8501`."""

import sys
import time
import urllib.error
import urllib.request
import webbrowser
from typing import Final

WAITS_S: Final = 120.0
LOOK_S: Final = 0.3


def open_demo(port: int, waits_s: float = WAITS_S) -> bool:
    """Open it as soon as it is there; return False where it does not come in time, or no browser can be opened."""
    address = f"http://localhost:{port}/demo"
    deadline = time.monotonic() + waits_s
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):
                break
        except (urllib.error.URLError, OSError):
            time.sleep(LOOK_S)
    else:
        return False
    print(f"  The demo screen is at {address}", flush=True)
    return webbrowser.open(address)


if __name__ == "__main__":
    sys.exit(not open_demo(int(sys.argv[1])))
