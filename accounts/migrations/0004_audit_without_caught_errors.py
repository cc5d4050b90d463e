"""The context of an audit row is read without raising and catching an error for each row.

An error that is caught ends a subtransaction, and PostgreSQL then walks over all deferred foreign keys that wait for the
end of the transaction: 20,000 audited rows written at once took the square of their number. What the function answers is
the same. The other function with such a block, pgtrigger's own, finds its setting in every connection (see settings).
"""

from django.db import migrations

WITHOUT_ERRORS = """
CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS pghistory_context.id%TYPE AS $$
    DECLARE
        -- Empty, and no longer missing, once a transaction that had set them is over.
        _pgh_context_id UUID := NULLIF(CURRENT_SETTING('pghistory.context_id', true), '');
        _pgh_context_metadata JSONB := NULLIF(CURRENT_SETTING('pghistory.context_metadata', true), '');
    BEGIN
        IF _pgh_context_id IS NULL OR _pgh_context_metadata IS NULL THEN
            RETURN NULL;
        END IF;
        INSERT INTO pghistory_context (id, metadata, created_at, updated_at)
            VALUES (_pgh_context_id, _pgh_context_metadata, NOW(), NOW())
            ON CONFLICT (id) DO UPDATE
                SET metadata = EXCLUDED.metadata, updated_at = EXCLUDED.updated_at
                WHERE pghistory_context.metadata != EXCLUDED.metadata;
        RETURN _pgh_context_id;
    END;
$$ LANGUAGE plpgsql;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_duplicates"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        # Back is harmless either way: both versions answer the same.
        migrations.RunSQL(WITHOUT_ERRORS, migrations.RunSQL.noop),
    ]
