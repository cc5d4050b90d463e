from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from web.finding import PlainText


class Migration(migrations.Migration):
    """Built while people work, as 0020."""

    atomic = False
    dependencies = [("relationships", "0022_tier_and_tags_in_capitals")]

    operations = [
        AddIndexConcurrently(
            model_name="problem",
            index=GinIndex(OpClass(PlainText("what"), name="gin_trgm_ops"), name="problem_search"),
        ),
        AddIndexConcurrently(
            model_name="problemstep",
            index=GinIndex(OpClass(PlainText("note"), name="gin_trgm_ops"), name="problem_step_search"),
        ),
    ]
