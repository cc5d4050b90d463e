from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "mail"

    def ready(self) -> None:
        from mail.fates import of_messages
        from meetings.told_words import ASKED

        ASKED.append(of_messages)
