"""What stood in the rows before there were stages on evidence.

Who was a customer or a partner is declared to be one since it was begun; the evidence is due in six months. What is
paused is told by a row of its own from here on; who paused it stands in the history alone. The criteria are judged by
the next sweep, which finds every row waiting.
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
"""
WAIT = """
UPDATE relationships_relationship r
   SET stage_since = (r.created_at AT TIME ZONE r.zone)::date,
       judged_again_on = (r.created_at AT TIME ZONE r.zone)::date,
       evidence_due_on = CASE WHEN r.stage <> 'contact' AND r.paused_since IS NULL
                              THEN (CURRENT_DATE + INTERVAL '6 months')::date END
"""
PAUSED = """
INSERT INTO relationships_halt (relationship_id, account_id, shared, kind, from_on, why, made_at)
SELECT r.id, r.account_id, r.shared, 'paused', r.paused_since, r.pause_reason, now()
  FROM relationships_relationship r
 WHERE r.paused_since IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("relationships", "0005_people_stages_feedback")]

    operations = [
        migrations.RunSQL(DECLARE, migrations.RunSQL.noop),
        migrations.RunSQL(WAIT, migrations.RunSQL.noop),
        migrations.RunSQL(PAUSED, migrations.RunSQL.noop),
    ]
