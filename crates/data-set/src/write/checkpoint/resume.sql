-- Purpose: a projection's checkpoint, made when it is first asked for. Index: checkpoint_pk.
-- The update that changes nothing makes `returning` answer for a row that was there, also under a race of two workers.
insert into control.checkpoint as c (projection, version, shard, lineage)
values ($1, $2, $3, $4)
on conflict (projection, version, shard) do update set position = c.position
returning position, event, parked_generation as generation, lineage
