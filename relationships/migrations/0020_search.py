from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from web.finding import PlainText


class Migration(migrations.Migration):
    """Built while people work, which is not possible within a transaction. One that was interrupted leaves an index that
    is marked invalid: drop it and migrate again."""

    atomic = False
    dependencies = [
        ("accounts", "0007_search"),
        ("relationships", "0019_may_leave_anew"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="relationship",
            index=GinIndex(
                OpClass(PlainText("name"), name="gin_trgm_ops"),
                condition=~models.Q(name=""),
                name="relationship_search",
            ),
        ),
        AddIndexConcurrently(
            model_name="commitment",
            index=GinIndex(OpClass(PlainText("what", "remedy"), name="gin_trgm_ops"), name="commitment_search"),
        ),
        AddIndexConcurrently(
            model_name="feedback",
            index=GinIndex(
                OpClass(PlainText("said", "voice_name", "behalf_of", "where"), name="gin_trgm_ops"),
                name="feedback_search",
            ),
        ),
        AddIndexConcurrently(
            model_name="interaction",
            index=GinIndex(
                OpClass(PlainText("summary", "purpose", "next_step", "project"), name="gin_trgm_ops"),
                name="interaction_search",
            ),
        ),
    ]
