-- Purpose: notes every move of a checkpoint, in the transaction that moves it. A move that was rolled back leaves no
--   trace, and the order is that of the row's lock.
create schema if not exists faults;
create table if not exists faults.trail (
    number bigint generated always as identity,
    projection text not null,
    was bigint not null,
    became bigint not null
);
create or replace function faults.note() returns trigger language plpgsql as $$
begin
    if new.position <> old.position then
        insert into faults.trail (projection, was, became) values (new.projection, old.position, new.position);
    end if;
    return null;
end $$;
drop trigger if exists faults_note on control.checkpoint;
create trigger faults_note after update on control.checkpoint for each row execute function faults.note();
