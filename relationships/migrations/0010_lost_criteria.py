"""Which criteria of its own a stage has lost, kept with the relationship so that Today and lists find it.

The next sweep judges those that have criteria to lose.
"""

from django.db import migrations, models

WAIT = """
UPDATE relationships_relationship SET judged_again_on = stage_since WHERE stage <> 'contact' AND removed_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("relationships", "0009_problem_due_again")]

    operations = [
        migrations.AddField(
            model_name="relationship",
            name="lost_criteria",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.RunSQL(WAIT, migrations.RunSQL.noop),
    ]
