from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("relationships", "0016_long_flags")]

    operations = [
        migrations.AddField("evidence", "written_at", models.DateTimeField(db_default=Now())),
        # When the rows of before were written nobody kept; what was shown of their days knew them.
        migrations.RunSQL(
            "UPDATE relationships_evidence SET written_at = day::timestamp AT TIME ZONE 'UTC'", migrations.RunSQL.noop
        ),
    ]
