"""What may go wrong with a data set, planted into a copy of it, and what has to find it."""

import psycopg

# What was done; the checks of the contract that fail by it; the tests of dbt.
DRIFTS = [
    (
        "a column is gone",
        "alter table reposts drop column position",
        ["reposts__position__field_is_present", "reposts__position__field_physical_type", "reposts__position__field_required"],
        ["not_null reposts.position"],
    ),
    (
        "a column has another name",
        "alter table accounts rename column bio to biography",
        ["accounts__bio__field_is_present", "accounts__bio__field_physical_type", "accounts__bio__field_required"],
        ["not_null accounts.bio"],
    ),
    (
        "a column has another type",
        "alter table message_stats alter likes type text",
        ["message_stats__likes__field_physical_type"],
        [],
    ),
    (
        "a null where none may be",
        "update follows set followed_at = null where position = (select min(position) from follows)",
        ["follows__followed_at__field_required"],
        ["not_null follows.followed_at"],
    ),
    (
        "a key twice",
        "insert into account_stats select * from account_stats limit 1",
        ["account_stats__account__field_primary_key_unique"],
        ["unique account_stats.account"],
    ),
    (
        "a key of several columns twice",
        "insert into likes select * from likes limit 1",
        ["likes__primary_key_unique"],
        ["unique_together likes"],
    ),
    (
        "a reference that leads nowhere",
        """update messages set in_reply_to = 1, in_reply_to_id_text = '1'
        where id = (select min(id) from messages where in_reply_to is not null)""",
        ["messages__in_reply_to__message_ids__id__field_relationships"],
        ["relationships messages.in_reply_to"],
    ),
    (
        "a word that is none of its words",
        "update deleted_messages set cause = 'whim' where id = (select min(id) from deleted_messages)",
        ["deleted_messages__cause__field_invalid_values"],
        ["accepted_values deleted_messages.cause"],
    ),
    (
        "a text that is not its number",
        "update edit_history set message_id_text = '7' where position = (select min(position) from edit_history)",
        ["edit_history__quality_sql_0"],
        [],
    ),
    (
        "a view that is an hour old",
        "update data_sets set lag_seconds = 3600 where view = 'messages'",
        ["data_sets__quality_sql_0"],
        [],
    ),
    (
        "data that are an hour old",
        "update projections set complete_until = complete_until - interval '1 hour'",
        ["projections__complete_until__servicelevel_freshness"],
        [],
    ),
]


def plant(address):
    with psycopg.connect(address) as database:
        database.execute("set search_path = drifted")
        for what, statement, _checks, _tests in DRIFTS:
            cursor = database.execute(statement)
            assert statement.startswith("alter") or cursor.rowcount > 0, f"{what}: there is nothing to spoil"


def checks():
    return {check for _what, _statement, checks, _tests in DRIFTS for check in checks}


def tests():
    return {test for _what, _statement, _checks, tests in DRIFTS for test in tests}


def compare(expected, found):
    """Each drift is found, and nothing is called a drift that is none."""
    missed, wrong = expected - found, found - expected
    assert not missed and not wrong, f"not found: {sorted(missed)}; wrongly found: {sorted(wrong)}"
