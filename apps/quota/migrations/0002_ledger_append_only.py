from django.db import migrations

from apps.core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("quota", "0001_initial")]
    operations = [append_only("quota_ledgertransaction"), append_only("quota_entry")]
