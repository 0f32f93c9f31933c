-- One schema per concern: `control` steers the fold, `messages_v1` holds version 1 of the projection `messages`,
-- `published` holds the documented views. A rebuilt version is switched in by replacing views, so nobody outside
-- the reducers ever names a versioned schema.
create schema control;
create schema messages_v1;
create schema published;
