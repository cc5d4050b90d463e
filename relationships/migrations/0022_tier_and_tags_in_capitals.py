from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import MD5, Upper

from web.finding import Capitals


class Migration(migrations.Migration):
    """Built while people work, which is not possible within a transaction. One that was interrupted leaves an index that
    is marked invalid: drop it and migrate again."""

    atomic = False
    dependencies = [("relationships", "0021_capitals")]

    operations = [
        AddIndexConcurrently(
            model_name="relationship",
            index=models.Index(MD5(Upper(models.F("tier"))), name="relationship_tier"),
        ),
        AddIndexConcurrently(
            model_name="relationship",
            index=GinIndex(Capitals("tags"), name="relationship_tags_as_capitals"),
        ),
        RemoveIndexConcurrently(model_name="relationship", name="relationship_tags"),
    ]
