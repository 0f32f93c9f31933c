-- Purpose: one message with everything that is folded from it. Every part reads the same parameters, none the other's rows.
-- The tests have too few messages for periods to be divided, so the only counts are a tag's months and an author's total.
with message as (
    insert into social_v1.message (id, author, text, tags, created_at, edition)
    values ($1, $2, $3, $4::text[], $5, 1)
), tag as (
    select unnest(array[''] || $4::text[]) as tag
), by_tag as (
    insert into social_v1.message_tag (tag, created_at, id, author)
    select tag, $5, $1, $2 from tag
), counted as (
    select 0 as author, tag, 'month'::control.grain as grain, date_trunc('month', $5::timestamptz, 'UTC') as starts_at
    from tag
    union all
    select $2, '', 'all', timestamptz '1970-01-01Z'
)
insert into social_v1.message_count (author, tag, grain, starts_at, messages)
select author, tag, grain, starts_at, 1 from counted
on conflict (author, tag, grain, starts_at) do update set messages = message_count.messages + 1
