-- Purpose: the same count row by row. Index: message_tag_pk.
select count(*) from social_v1.message_tag where tag = $1 and created_at >= $2 and created_at < $3
