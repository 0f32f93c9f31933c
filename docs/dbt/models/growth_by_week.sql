-- How many accounts came in each week (UTC), how many of them wrote in it, and how many there are by its end. Accounts that were given
-- up count nowhere.
with came as (
    select date_trunc('week', registered_at, 'UTC') as week, count(*) as accounts
    from {{ source('published', 'accounts') }}
    group by 1
),
wrote as (
    select date_trunc('week', m.created_at, 'UTC') as week, count(distinct m.author) as writers
    from {{ source('published', 'messages') }} as m
    join {{ source('published', 'accounts') }} as a on a.id = m.author
    group by 1
)
select
    week,
    coalesce(came.accounts, 0) as new_accounts,
    coalesce(wrote.writers, 0) as writers,
    (sum(coalesce(came.accounts, 0)) over (order by week))::bigint as accounts
from came
full join wrote using (week)
