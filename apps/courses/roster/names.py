"""Names as rosters write them."""

_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "v"}


def first_last(name: str) -> str:
    """ "Doe, Jane" as "Jane Doe"; "King, Martin, Jr." as "Martin King, Jr."; other names as they are."""
    parts = [part.strip() for part in " ".join(name.split()).split(",") if part.strip()]
    if len(parts) < 2:
        return parts[0] if parts else ""
    suffixes = [part for part in parts[1:] if part.lower().rstrip(".") in _SUFFIXES]
    rest = [part for part in parts if part not in suffixes]
    full = f"{' '.join(rest[1:])} {rest[0]}".strip()
    return ", ".join([full, *suffixes])
