"""SMTP with the final dot apart: before it nothing has been handed over, after it the server may have the mail."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings

# Some servers end a connection after so many mails; it is cheaper not to find out.
MAILS_A_CONNECTION = 50


class UnreachableError(Exception):
    """No mail can go out now, whoever it is for."""


class LostError(Exception):
    """The connection ended before the final dot: nothing was handed over."""


class UnansweredError(Exception):
    """The final dot went out, or may have, and no reply came: delivered or not, nobody here knows."""


@dataclass
class RefusedError(Exception):
    """The server does not take this mail: for good (5xx), or for now."""

    code: int
    said: str

    @property
    def for_good(self) -> bool:
        return self.code >= 500

    def __str__(self) -> str:
        return f"{self.code} {self.said}"


def _words(said: bytes) -> str:
    return " ".join(said.decode(errors="replace").split())[:500]


def _stuffed(raw: bytes) -> bytes:
    """As the protocol wants it: lines end with CR LF, those that begin with a dot get one more."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    ended = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended)


class Carrier:
    """One connection, kept over several mails. Raises only the exceptions above."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._carried = 0

    def carry(self, recipient: str, raw: bytes) -> None:
        """Everything but the final dot."""
        smtp = self._connected()
        try:
            code, said = smtp.mail(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
            if code >= 500:
                self.drop()
                raise UnreachableError(f"the mail server refuses the sender: {code} {_words(said)}")
            self._expect(250, code, said)
            self._expect(250, *smtp.rcpt(recipient))
            self._expect(354, *smtp.docmd("DATA"))
            self._body(smtp, _stuffed(raw))
        except ValueError as error:
            self.drop()
            raise RefusedError(553, f"the address cannot be written: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            self.drop()
            raise LostError(str(error) or type(error).__name__) from error
        self._carried += 1

    def finish(self) -> None:
        """The final dot and the reply. Returns when the server has taken the mail."""
        assert self._smtp is not None
        try:
            self._smtp.send(b".\r\n")
            code, said = self._smtp.getreply()
        except Exception as error:
            self.drop()
            raise UnansweredError(str(error) or type(error).__name__) from error
        if 200 <= code < 300:
            return
        if not 400 <= code < 600:
            self.drop()
            raise UnansweredError(f"the reply makes no sense: {code} {_words(said)}")
        if code == 421:
            self.drop()
        raise RefusedError(code, _words(said))

    def drop(self) -> None:
        """Close the socket as it is: what has not had its dot is thrown away by the server."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def leave(self) -> None:
        """Say good-bye."""
        if self._smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self.drop()

    def _body(self, smtp: smtplib.SMTP, stuffed: bytes) -> None:
        smtp.send(stuffed)

    def _expect(self, wanted: int, code: int, said: bytes) -> None:
        if code == wanted or (wanted == 250 and code == 251):
            return
        if code == 421 or not 400 <= code < 600:
            self.drop()
            raise LostError(f"{code} {_words(said)}")
        raise RefusedError(code, _words(said))

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None and self._carried < MAILS_A_CONNECTION and self._ready(self._smtp):
            return self._smtp
        self.leave()
        self._carried = 0
        try:
            self._smtp = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
            raise UnreachableError(f"the mail server {where} cannot be used: {error}") from error
        return self._smtp

    def _ready(self, smtp: smtplib.SMTP) -> bool:
        try:
            return smtp.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _connect(self) -> smtplib.SMTP:
        server = (settings.EMAIL_HOST, settings.EMAIL_PORT)
        timeout = settings.EMAIL_TIMEOUT
        smtp: smtplib.SMTP
        if settings.EMAIL_USE_SSL:
            smtp = smtplib.SMTP_SSL(*server, timeout=timeout, context=ssl.create_default_context())
        else:
            smtp = smtplib.SMTP(*server, timeout=timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
            if settings.EMAIL_USE_TLS:
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if settings.EMAIL_HOST_USER:
                smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        except BaseException:
            smtp.close()
            raise
        return smtp
