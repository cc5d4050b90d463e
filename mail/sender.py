"""From claim to reply, one mail after the other. No lock and no transaction is held while the network works."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

from mail import outbox
from mail.carrier import Carrier, LostError, RefusedError, UnansweredError, UnreachableError
from mail.letters import Letter, compose
from mail.outbox import Claim
from mail.writing import NotNeeded
from web.clock import Now

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What one run did. ``unsure`` were handed over and not answered; ``trouble`` is why it ended early."""

    planned: int = 0
    sent: int = 0
    skipped: int = 0
    unsure: int = 0
    put_off: int = 0
    bounced: int = 0
    trouble: str = ""


class Sender:
    """Each stage is a method; a sender that ends between any two of them leaves a row that says how far it came."""

    def __init__(self, *, kinds: Collection[str], now: Now, carrier: Carrier | None = None) -> None:
        self.kinds = kinds
        self.now = now
        self.carrier = carrier or Carrier()
        self.tally = Tally()

    def run(self, limit: int | None = None) -> Tally:
        """Send what is due, at most ``limit`` mails; ends when there is none left or no mail can go out."""
        outbox.bury()
        done = 0
        try:
            while (limit is None or done < limit) and (claim := self.claim()) is not None:
                self.send(claim)
                done += 1
        except UnreachableError as error:
            self.tally.trouble = str(error)
            log.warning("Mail stops for now: %s", error)
        finally:
            self.carrier.leave()
        return self.tally

    def send(self, claim: Claim) -> None:
        """Raises ``UnreachableError`` when no mail can go out; the row is planned again as if untouched."""
        letter = self.render(claim)
        if letter is None:
            return
        try:
            self.transmit(letter)
        except UnreachableError as error:
            outbox.hand_back(claim, str(error))
            raise
        except (LostError, RefusedError) as error:
            self.not_taken(claim, error)
            return
        fenced = self.fence(claim)
        if fenced is None:
            self.carrier.drop()
            return
        self.finish(fenced)

    def claim(self) -> Claim | None:
        return outbox.claim(self.kinds, self.now)

    def render(self, claim: Claim) -> Letter | None:
        """The letter, its bytes kept; ``None`` when there is none to send, or when it is no longer ours."""
        try:
            letter = compose(claim, self.now)
        except Exception as error:
            # One mail that cannot be written must not keep back the others; it comes again, and then to a person.
            log.exception("Mail %s cannot be written", claim.id)
            outbox.release(claim, f"cannot be written: {type(error).__name__}")
            self.tally.put_off += 1
            return None
        if isinstance(letter, NotNeeded):
            self.tally.skipped += outbox.skip(claim, letter.why)
            return None
        kept = outbox.keep(claim, raw=letter.raw, sha256=letter.sha256, message_id=letter.message_id)
        return letter if kept else None

    def transmit(self, letter: Letter) -> None:
        self.carrier.carry(letter.recipient, letter.raw)

    def fence(self, claim: Claim) -> Claim | None:
        return outbox.fence(claim)

    def finish(self, claim: Claim) -> None:
        """The dot, and what the reply means. From here on the mail may have arrived."""
        try:
            self.carrier.finish()
        except RefusedError as error:
            self.not_taken(claim, error, begun=outbox.State.DOT)
        except UnansweredError as error:
            self.tally.unsure += outbox.leave_unsure(claim, f"no reply: {error}")
            log.warning("Mail %s was handed over and not answered", claim.id)
        else:
            self.record_sent(claim)

    def record_sent(self, claim: Claim) -> None:
        self.tally.sent += outbox.sent(claim, self.now)

    def not_taken(self, claim: Claim, error: LostError | RefusedError, *, begun: str = outbox.State.CLAIMED) -> None:
        if isinstance(error, RefusedError) and error.for_good:
            self.tally.bounced += outbox.bounce(claim, str(error), begun=begun)
        else:
            self.tally.put_off += outbox.release(claim, str(error), begun=begun)
