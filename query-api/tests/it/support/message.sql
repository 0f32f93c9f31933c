-- Purpose: one message with everything that is folded from it. Every part reads the same parameters, none the other's rows.
with message as (
    insert into social_v1.message (id, author, text, tags, created_at, edition)
    values ($1, $2, $3, $4::text[], $5, 1)
), tag as (
    select unnest(array[''] || $4::text[]) as tag
), by_tag as (
    insert into social_v1.message_tag (tag, created_at, id, author)
    select tag, $5, $1, $2 from tag
), by_time as (
    insert into social_v1.tag_count (tag, grain, starts_at, messages)
    select tag, grain::control.grain, date_trunc(grain, $5::timestamptz, 'UTC'), 1
    from tag cross join unnest(array['minute', 'hour', 'day']) as grain
    on conflict (tag, grain, starts_at) do update set messages = tag_count.messages + 1
)
insert into social_v1.author_count (author, tag, starts_at, messages)
select $2, tag, date_trunc('day', $5::timestamptz, 'UTC'), 1 from tag
on conflict (author, tag, starts_at) do update set messages = author_count.messages + 1
