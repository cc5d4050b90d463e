from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from web.finding import PlainText


class Migration(migrations.Migration):
    """Built while people work, which is not possible within a transaction. One that was interrupted leaves an index that
    is marked invalid: drop it and migrate again."""

    atomic = False
    dependencies = [("accounts", "0007_search"), ("meetings", "0005_view_items")]

    operations = [
        AddIndexConcurrently(
            model_name="meeting",
            index=GinIndex(OpClass(PlainText("title", "place", "reason"), name="gin_trgm_ops"), name="meeting_search"),
        ),
        AddIndexConcurrently(
            model_name="agendaitem",
            index=GinIndex(OpClass(PlainText("title", "notes"), name="gin_trgm_ops"), name="agenda_item_search"),
        ),
        AddIndexConcurrently(
            model_name="outcome",
            index=GinIndex(
                OpClass(PlainText("decision"), name="gin_trgm_ops"),
                condition=~models.Q(decision=""),
                name="decision_search",
            ),
        ),
    ]
