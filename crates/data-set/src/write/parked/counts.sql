-- Purpose: parked events by reason. Index: parked_event_by_reason.
select reason, count(*) from control.parked_event
where projection = $1 and version = $2 and shard = $3 and reason <> 'dropped'
group by reason
