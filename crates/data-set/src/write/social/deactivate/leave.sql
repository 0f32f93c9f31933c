-- Purpose: make an account a former one. Indexes: read_marker_pk, account_pk, former_account_pk; the first time stands.
with unread as (
    delete from read_marker where account = $1
), left_behind as (
    delete from account where id = $1 returning handle
)
insert into former_account (id, handle, deactivated_at)
values ($1, coalesce((select handle from left_behind), ''), $2)
on conflict (id) do nothing
