"""Real processes that plan and send like the product and are killed at one stage.

Loading the product takes longer than all the rest, so one process does it. For each line that it reads, ``STAGE MAIL
MOMENT PORT KINDS``, it makes another and answers how that ended. MAIL is the number of the mail, from 1, at which it
happens; PORT is where the mail server listens; KINDS are those of mails, with commas between. Nothing is connected
before there are two.
"""

from __future__ import annotations

import os
import signal
import smtplib
import sys
from collections.abc import Sequence

import django
from django.conf import settings

django.setup()

from mail import actions, outbox  # noqa: E402
from mail.carrier import Carrier  # noqa: E402
from mail.letters import Letter  # noqa: E402
from mail.models import Kind  # noqa: E402
from mail.outbox import Claim  # noqa: E402
from mail.sender import Sender  # noqa: E402
from web.clock import Now  # noqa: E402

SECONDS = 60


def be_killed(stage: str, mail: int, moment: str, kinds: Sequence[Kind]) -> None:
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
    actions.plan_mail(now=now, kinds=kinds)
    if stage == "plan":
        os.kill(os.getpid(), signal.SIGKILL)
    outbox.bury()
    DyingSender(kinds=kinds, now=now, carrier=DyingCarrier()).run()


def main() -> None:
    for line in sys.stdin:
        stage, mail, moment, port, kinds = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            signal.alarm(SECONDS)
            settings.EMAIL_PORT = int(port)
            be_killed(stage, int(mail), moment, [Kind(kind) for kind in kinds.split(",")])
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
