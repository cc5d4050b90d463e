import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_sent_once"),
        ("meetings", "0002_agendas"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="meeting",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="meeting",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="meeting",
            name="delete_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="series",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="series",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="series",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="calendarmessage",
            name="series",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calendar_messages",
                to="meetings.series",
            ),
        ),
        migrations.AddField(
            model_name="calendarmessage",
            name="shown",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="meeting",
            name="differs",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="meetingevent",
            name="differs",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="series",
            name="sequence",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="seriesevent",
            name="sequence",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meeting",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "meetings_meetingevent" ("begun_at", "differs", "ends_at", "host", "id", "kind", "link", "minutes", "occurrence_at", "organiser_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_at", "planned_by_id", "reason", "sequence", "series_id", "settled_at", "starts_at", "state", "title", "uid", "zone") VALUES (NEW."begun_at", NEW."differs", NEW."ends_at", NEW."host", NEW."id", NEW."kind", NEW."link", NEW."minutes", NEW."occurrence_at", NEW."organiser_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place", NEW."planned_at", NEW."planned_by_id", NEW."reason", NEW."sequence", NEW."series_id", NEW."settled_at", NEW."starts_at", NEW."state", NEW."title", NEW."uid", NEW."zone"); RETURN NULL;',
                    hash="50d9f771dc86ccd6456622f54d1af193a6542398",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_61d9e",
                    table="meetings_meeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meeting",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."begun_at" IS DISTINCT FROM (NEW."begun_at") OR OLD."differs" IS DISTINCT FROM (NEW."differs") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."host" IS DISTINCT FROM (NEW."host") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."link" IS DISTINCT FROM (NEW."link") OR OLD."minutes" IS DISTINCT FROM (NEW."minutes") OR OLD."occurrence_at" IS DISTINCT FROM (NEW."occurrence_at") OR OLD."organiser_id" IS DISTINCT FROM (NEW."organiser_id") OR OLD."place" IS DISTINCT FROM (NEW."place") OR OLD."planned_at" IS DISTINCT FROM (NEW."planned_at") OR OLD."planned_by_id" IS DISTINCT FROM (NEW."planned_by_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."sequence" IS DISTINCT FROM (NEW."sequence") OR OLD."series_id" IS DISTINCT FROM (NEW."series_id") OR OLD."settled_at" IS DISTINCT FROM (NEW."settled_at") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                    func='INSERT INTO "meetings_meetingevent" ("begun_at", "differs", "ends_at", "host", "id", "kind", "link", "minutes", "occurrence_at", "organiser_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_at", "planned_by_id", "reason", "sequence", "series_id", "settled_at", "starts_at", "state", "title", "uid", "zone") VALUES (NEW."begun_at", NEW."differs", NEW."ends_at", NEW."host", NEW."id", NEW."kind", NEW."link", NEW."minutes", NEW."occurrence_at", NEW."organiser_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place", NEW."planned_at", NEW."planned_by_id", NEW."reason", NEW."sequence", NEW."series_id", NEW."settled_at", NEW."starts_at", NEW."state", NEW."title", NEW."uid", NEW."zone"); RETURN NULL;',
                    hash="5a236b825de5930a901048dd6512d49e1beb490e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_495b8",
                    table="meetings_meeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meeting",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "meetings_meetingevent" ("begun_at", "differs", "ends_at", "host", "id", "kind", "link", "minutes", "occurrence_at", "organiser_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_at", "planned_by_id", "reason", "sequence", "series_id", "settled_at", "starts_at", "state", "title", "uid", "zone") VALUES (OLD."begun_at", OLD."differs", OLD."ends_at", OLD."host", OLD."id", OLD."kind", OLD."link", OLD."minutes", OLD."occurrence_at", OLD."organiser_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place", OLD."planned_at", OLD."planned_by_id", OLD."reason", OLD."sequence", OLD."series_id", OLD."settled_at", OLD."starts_at", OLD."state", OLD."title", OLD."uid", OLD."zone"); RETURN NULL;',
                    hash="01c9748b919464ad5c1c3d2bd3e4e3d5d4f5b7df",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4bf26",
                    table="meetings_meeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="series",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "meetings_seriesevent" ("ended_on", "id", "made_at", "made_by_id", "made_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "sequence", "starts_on", "starts_time", "uid", "zone") VALUES (NEW."ended_on", NEW."id", NEW."made_at", NEW."made_by_id", NEW."made_until", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rule", NEW."sequence", NEW."starts_on", NEW."starts_time", NEW."uid", NEW."zone"); RETURN NULL;',
                    hash="495660045e2245d90db23d0b7fd111111c7afdc4",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b03bb",
                    table="meetings_series",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="series",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "meetings_seriesevent" ("ended_on", "id", "made_at", "made_by_id", "made_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "sequence", "starts_on", "starts_time", "uid", "zone") VALUES (NEW."ended_on", NEW."id", NEW."made_at", NEW."made_by_id", NEW."made_until", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rule", NEW."sequence", NEW."starts_on", NEW."starts_time", NEW."uid", NEW."zone"); RETURN NULL;',
                    hash="f62ac0185fc3b804aa4f422c641e433a632902a5",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_353a3",
                    table="meetings_series",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="series",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "meetings_seriesevent" ("ended_on", "id", "made_at", "made_by_id", "made_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "sequence", "starts_on", "starts_time", "uid", "zone") VALUES (OLD."ended_on", OLD."id", OLD."made_at", OLD."made_by_id", OLD."made_until", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rule", OLD."sequence", OLD."starts_on", OLD."starts_time", OLD."uid", OLD."zone"); RETURN NULL;',
                    hash="4d9f53baf30da6869773a4469f81c6a28f89ca9b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_90d56",
                    table="meetings_series",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user__isnull", False), ("withdrawn_at", None)),
                fields=("meeting", "user", "sequence"),
                name="calendar_message_to_user_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("contact__isnull", False), ("withdrawn_at", None)),
                fields=("meeting", "contact", "sequence"),
                name="calendar_message_to_contact_once",
            ),
        ),
    ]
