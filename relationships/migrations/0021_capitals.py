from django.db import migrations

from web.finding import DROP_CAPITALS, MAKE_CAPITALS


class Migration(migrations.Migration):
    dependencies = [("relationships", "0020_search")]

    operations = [migrations.RunSQL(MAKE_CAPITALS, DROP_CAPITALS)]
