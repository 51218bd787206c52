"""Where the app is on its server: under the address that `server.baseUrlPath` says, which Streamlit gives bare."""


def prefix_of(base_path: str) -> str:
    """Return what all addresses of the app begin with: "" for "" or "/", "/inkling" for "inkling"."""
    inside = base_path.strip("/")
    return f"/{inside}" if inside else ""
