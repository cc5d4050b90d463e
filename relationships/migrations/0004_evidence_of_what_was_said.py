"""What was logged before there was a ledger stands in it too."""

from django.db import migrations

FILL = """
INSERT INTO relationships_evidence
       (relationship_id, account_id, shared, component, kind, side, day, r, s, source_model, source_id)
SELECT relationship_id, account_id, false, 'cadence', 'touch', 'both', occurred_on, 0, 0,
       'relationships.interaction', id
  FROM relationships_interaction WHERE two_way
UNION ALL
SELECT relationship_id, account_id, false, 'reciprocity', 'initiative', begun_by, occurred_on, 1, 0,
       'relationships.interaction', id
  FROM relationships_interaction WHERE two_way AND begun_by <> 'unknown'
UNION ALL
SELECT relationship_id, account_id, false, 'cadence', 'cadence_agreed', 'both', COALESCE(agreed_on, starts_on), 0, 0,
       'relationships.cadenceagreement', id
  FROM relationships_cadenceagreement WHERE agreed_with_id IS NOT NULL
    ON CONFLICT (source_model, source_id, kind, side) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("relationships", "0003_promises_team_evidence")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
