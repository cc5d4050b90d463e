from django.db import migrations

# Judged by a rule that took nobody named for nobody seen, and did not look ahead to who comes or goes: once more.
ANEW = """
UPDATE relationships_evidencesums
   SET flags_stale = true
 WHERE relationship_id IN (SELECT relationship_id FROM relationships_pulseanswer
                            WHERE side = 'theirs' AND question = 'satisfaction')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("relationships", "0018_one_index_less"),
    ]

    operations = [
        migrations.RunSQL(ANEW, migrations.RunSQL.noop),
    ]
