from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        from meetings import history
        from meetings.signs import signs_of
        from relationships.queries import SIGNS

        SIGNS.append(signs_of)
        history.register()
