"""What ties a form to the page that gave it out: signed words that no other site can make or read.

Nothing is kept of them. A form that is sent twice is one issue by its id, which stays when the rest has run out.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

GOOD_FOR = timedelta(hours=12)
"""How long somebody may take to fill in a form."""
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


class FormTokens:
    """Makes and checks them with one secret; those of another secret are none."""

    def __init__(self, secret: str = "") -> None:
        self._secret = secret.encode() or secrets.token_bytes(32)

    def new_form(self) -> str:
        """A form's id, drawn at random."""
        return secrets.token_hex(16)

    def for_form(self, form: str, now: datetime) -> str:
        """The token of the form, as of now."""
        issued = str(int(now.timestamp()))
        return f"{issued}.{self._sign('form', form, issued)}"

    def is_good(self, form: str, token: str, now: datetime) -> bool:
        """Whether the token is this form's and has not run out."""
        issued, _, signature = token.partition(".")
        if not (issued.isascii() and issued.isdigit() and len(issued) < 12):
            return False
        age = now.timestamp() - int(issued)
        return self._is_signed(signature, "form", form, issued) and -60 <= age <= GOOD_FOR.total_seconds()

    def proof(self, issue: str) -> str:
        """What shows that its bearer has sent this issue."""
        return self._sign("sent", issue)

    def is_proof(self, issue: str, proof: str) -> bool:
        """Whether it shows that."""
        return self._is_signed(proof, "sent", issue)

    def _sign(self, *words: str) -> str:
        return hmac.new(self._secret, "\0".join(words).encode(), hashlib.sha256).hexdigest()

    def _is_signed(self, signature: str, *words: str) -> bool:
        return hmac.compare_digest(signature.encode(), self._sign(*words).encode())


def is_form(text: str) -> bool:
    """Whether this can be the id of a form."""
    return _ID.fullmatch(text) is not None
