-- Purpose: an account that is gone for good; whatever it does later changes nothing. Index: former_pk.
insert into former (account) values ($1) on conflict do nothing
