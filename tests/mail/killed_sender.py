"""A real process that plans and sends like the product and is killed at one stage: ``python -m … STAGE MAIL MOMENT``.

MAIL is the number of the mail, from 1, at which it happens.
"""

from __future__ import annotations

import os
import signal
import smtplib
import sys

import django


def main(stage: str, mail: int, moment: str) -> None:
    django.setup()
    from mail import actions, outbox
    from mail.carrier import Carrier
    from mail.letters import Letter
    from mail.models import WEEKLY
    from mail.outbox import Claim
    from mail.sender import Sender
    from web.clock import Now

    begun = 0

    def die(here: str) -> None:
        if here == stage and begun == mail:
            os.kill(os.getpid(), signal.SIGKILL)

    class DyingCarrier(Carrier):
        def _body(self, smtp: smtplib.SMTP, stuffed: bytes) -> None:
            smtp.send(stuffed[: len(stuffed) // 2])
            die("mid data")
            smtp.send(stuffed[len(stuffed) // 2 :])

        def finish(self) -> None:
            if stage == "dot" and begun == mail:
                assert self._smtp is not None
                self._smtp.send(b".\r\n")
                die("dot")
            super().finish()

    class DyingSender(Sender):
        def claim(self) -> Claim | None:
            nonlocal begun
            claim = super().claim()
            begun += 1
            die("claim")
            return claim

        def render(self, claim: Claim) -> Letter | None:
            letter = super().render(claim)
            die("render")
            return letter

        def transmit(self, letter: Letter) -> None:
            super().transmit(letter)
            die("transmit")

        def fence(self, claim: Claim) -> Claim | None:
            fenced = super().fence(claim)
            die("fence")
            return fenced

        def record_sent(self, claim: Claim) -> None:
            die("reply")
            super().record_sent(claim)
            die("sent")

    now = Now.parse(moment)
    actions.plan_mail(now=now, kinds=WEEKLY)
    if stage == "plan":
        os.kill(os.getpid(), signal.SIGKILL)
    outbox.bury()
    DyingSender(kinds=WEEKLY, now=now, carrier=DyingCarrier()).run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
