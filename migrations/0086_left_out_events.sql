-- Which events the rows of a version are not a fold of, for the receipt of an export. All of them, but no more than
-- where they are: `parked_events` says what they are, except those that accounts keep to themselves.
create view control.left_out_events as
select projection, version, shard, position from control.parked_event;
-- Not to rookery_reader, which analysts are.
grant select on control.left_out_events to rookery_query_api, rookery_reducer;
