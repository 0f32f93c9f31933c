-- One schema per concern: `control` steers the fold, `social_v1` holds version 1 of the projection `social`,
-- `published` holds the documented views that analysts and the query API read, `served` those that the query API alone
-- reads: what accounts keep to themselves. A rebuilt version is switched in by replacing views, so nobody outside the
-- reducers ever names a versioned schema.
create schema control;
create schema social_v1;
create schema published;
create schema served;
