from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

from web.finding import DROP_PLAIN, MAKE_PLAIN


class Migration(migrations.Migration):
    """Both extensions are trusted: the owner of a database may add them, without being a superuser."""

    dependencies = [("accounts", "0005_sent_once")]

    operations = [TrigramExtension(), UnaccentExtension(), migrations.RunSQL(MAKE_PLAIN, DROP_PLAIN)]
