-- Purpose: what was merged on read, into the feeds of some followers of an author; answers of how many.
-- Indexes: merged_by_author, merged_pk; entry_pk, one range per follower.
with few as (
    select m.owner, m.author from merged m where m.author = $1 limit $2
), deleted as (
    delete from merged m using few f
    where m.owner = f.owner and m.author = f.author
    returning m.owner, m.author, m.since
), filled as (
    insert into feed (owner, position, author, message)
    select d.owner, e.position, e.author, e.message
    from deleted d
    join entry e on e.author = d.author and e.position >= d.since
    order by d.owner, e.position
    on conflict do nothing
)
select count(*) from deleted
