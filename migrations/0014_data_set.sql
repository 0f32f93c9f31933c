-- The views of `published` as the code describes them (data_set::published), written with their comments whenever the
-- schema is brought up to date: data_sets says of each how fresh it is.
create table control.data_set (
    view text not null,
    -- Null: it says how things stand when it is read.
    projection text,
    constraint data_set_pk primary key (view)
);
