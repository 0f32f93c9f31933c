-- Purpose: what happened to messages behind ($1, $2) and up to $3, the oldest $4 of it, and up to which position all
--   projections show it. `tags` are those that the message had then, `tags_before` those that an edit took away.
-- Index: message_pk, edition_by_position, message_deleted and reposted_by_position, each walked forwards; edition_pk and
--   message_pk, once or twice per row.
-- Why this order: the log's. Of one position there are several rows where an account was given up with all of its messages:
--   these are ordered by message.
with folded as materialized (
    select min(position) as position from (
        select coalesce((select position from published.projections j
                          where j.projection = k.projection and j.state = 'published' and j.shard = 0), 0) as position
        from (values ('social'), ('feeds'), ('history')) as k (projection)
    ) k
), p as materialized (
    select position, least(position, $3::bigint) as until from folded
), c as (
    select *
    from (
        (
            select m.id as position, m.id as message, 'posted' as kind, null::bigint as reposter
            from served.message_history m
            where m.id >= $1 and (m.id, m.id) > ($1, $2) and m.id <= (select until from p)
            order by m.id
            limit $4
        )
        union all
        (
            select e.position, e.message, 'edited', null
            from published.edit_history e
            where e.position >= $1 and (e.position, e.message) > ($1, $2) and e.position <= (select until from p)
            order by e.position
            limit $4
        )
        union all
        (
            select d.to_position, d.id, case when d.cause = 'deactivation' then 'left' else 'deleted' end, null
            from served.message_history d
            where d.to_position >= $1 and (d.to_position, d.id) > ($1, $2) and d.to_position <= (select until from p)
            order by d.to_position, d.id
            limit $4
        )
        union all
        (
            select r.from_position, r.message, 'reposted', r.account
            from published.repost_history r
            where r.from_position >= $1 and (r.from_position, r.message) > ($1, $2)
                and r.from_position <= (select until from p)
            order by r.from_position
            limit $4
        )
    ) c
    order by position, message
    limit $4
)
select
    p.position as folded, c.position, c.message, c.kind, c.reposter, m.author, m.in_reply_to, m.created_at,
    coalesce(e.tags, m.tags) as tags,
    case when c.kind = 'edited' then coalesce(b.tags, m.tags) end as tags_before
from p
left join c on true
left join lateral (
    select m.author, m.in_reply_to, m.created_at, m.tags from served.message_history m where m.id = c.message limit 1
) m on true
left join lateral (
    select h.tags, h.position from published.edit_history h
    where h.message = c.message and h.position <= c.position
    order by h.position desc
    limit 1
) e on true
left join lateral (
    select h.tags from published.edit_history h
    where c.kind = 'edited' and h.message = c.message and h.position < e.position
    order by h.position desc
    limit 1
) b on true
order by c.position, c.message
