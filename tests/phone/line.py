"""What all conversations of one phone share: its wire, and the proof of who it is whenever a server wants one."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from tests.phone.digest import Credentials, authorization, read_challenge
from tests.phone.message import Headers, Request, Response
from tests.phone.wire import ClientTransaction, Wire, new_branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One SIP user on one wire."""

    wire: Wire
    who: Credentials
    model: str = ""
    """What it says that it is, when it calls."""

    def via(self) -> str:
        """Of a new request."""
        return self.wire.via(new_branch())

    async def ask(
        self,
        build: Callable[[Headers], Request],
        *,
        begun: Callable[[ClientTransaction], None] = lambda _: None,
        hears: Callable[[Response], None] = lambda _: None,
        wants_proof: Callable[[], bool] = lambda: True,
    ) -> Response:
        """Send the request that `build` makes of these further headers; a challenge is answered once, by another one.

        Gives the final answer. `begun` learns of each transaction, `hears` of provisional answers.
        """
        transaction = self.wire.begin(build([]), hears)
        begun(transaction)
        answer = await transaction.final
        if answer.status in (401, 407) and wants_proof():
            transaction = self.wire.begin(build(self._proof(transaction.request, answer)), hears)
            begun(transaction)
            answer = await transaction.final
        return answer

    def _proof(self, request: Request, refusal: Response) -> Headers:
        at_home = refusal.status == 401
        challenge = read_challenge(refusal.get("WWW-Authenticate" if at_home else "Proxy-Authenticate"))
        value = authorization(challenge, self.who, method=request.method, uri=request.uri, cnonce=secrets.token_hex(8))
        return [("Authorization" if at_home else "Proxy-Authorization", value)]
