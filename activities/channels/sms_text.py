"""How much fits into an SMS: 160 signs of the alphabet of telephones, or 70 as soon as one is not of it.

Longer ones go in parts, of which each costs, and may come late or not at all. Typographic signs are written plainly;
no letter is changed, since ids are made of letters.
"""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
"""Each takes the room of two."""
_PLAIN = str.maketrans(
    {
        "…": "...", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "•": "-", "·": "-",  # noqa: RUF001
        "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‹": "'", "›": "'",  # noqa: RUF001
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200b": "", "\ufeff": "", "\t": " ",
    }
)  # fmt: skip
MOST_PARTS = 3
"""Parts of one message. Ours: what is longer is not read on a phone."""


def plain(text: str) -> str:
    """The text with typographic signs written plainly."""
    return text.translate(_PLAIN)


def parts(text: str) -> int:
    """Of how many parts the SMS is (3GPP TS 23.038 and 23.040)."""
    if all(sign in _BASIC or sign in _EXTENDED for sign in text):
        room, one, each = sum(2 if sign in _EXTENDED else 1 for sign in text), 160, 153
        # A sign of two may not be torn: at worst each part has one left over.
        each -= 1 if any(sign in _EXTENDED for sign in text) else 0
    else:
        room, one, each = len(text.encode("utf-16-le", "replace")) // 2, 70, 67
        each -= 1 if any(ord(sign) > 0xFFFF for sign in text) else 0
    return 1 if room <= one else -(-room // each)


def cut(text: str, rest: str = "") -> str:
    """As much of the text as fits before `rest` in at most MOST_PARTS parts, with three dots where it is cut."""
    if parts(text + rest) <= MOST_PARTS:
        return text + rest
    least, most = 0, len(text)
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if parts(f"{text[:middle]}...{rest}") <= MOST_PARTS else (least, middle)
    return f"{text[:least].rstrip()}...{rest}"
