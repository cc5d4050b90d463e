"""Who was a customer or a partner already is declared to be one since it was begun; the evidence is due in six months.

The criteria are judged by the next sweep, which finds every row waiting.
"""

from django.db import migrations

DECLARE = """
INSERT INTO relationships_stagechange
       (relationship_id, account_id, shared, from_stage, to_stage, changed_on, why, declared, evidence_due_on,
        days_in_former, criteria, made_at)
SELECT r.id, r.account_id, r.shared, 'contact', r.stage, (r.created_at AT TIME ZONE r.zone)::date, '', true,
       (CURRENT_DATE + INTERVAL '6 months')::date, 0, '[]', now()
  FROM relationships_relationship r
 WHERE r.stage <> 'contact'
   AND NOT EXISTS (SELECT 1 FROM relationships_stagechange c WHERE c.relationship_id = r.id)
"""
WAIT = """
UPDATE relationships_relationship r
   SET stage_since = (r.created_at AT TIME ZONE r.zone)::date,
       judged_again_on = (r.created_at AT TIME ZONE r.zone)::date,
       evidence_due_on = CASE WHEN r.stage <> 'contact' AND r.paused_since IS NULL
                              THEN (CURRENT_DATE + INTERVAL '6 months')::date END
 WHERE r.stage_since IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("relationships", "0007_stages")]

    operations = [
        migrations.RunSQL(DECLARE, migrations.RunSQL.noop),
        migrations.RunSQL(WAIT, migrations.RunSQL.noop),
    ]
